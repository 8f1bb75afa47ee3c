using Mlops.Onnx;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>How a column of numbers is to be filled and scaled.</summary>
/// <param name="Name">The feature's, for the message of a refusal.</param>
/// <param name="Fill">The constant of <see cref="Imputation.Constant"/>.</param>
internal sealed record ScalingRule(string Name, Imputation Impute, float Fill, Scaling Scale)
{
    /// <summary>As it is.</summary>
    public static ScalingRule None { get; } = new("", Imputation.None, float.NaN, Scaling.None);
}

/// <summary>Numbers made comparable: filled where one is missing, then shifted and scaled.</summary>
/// <remarks>
/// A column with one value in all rows, or none, is not <see cref="IsUsable">usable</see> and, where it is scaled, becomes 0. Medians
/// and quartiles lie between neighbours as numpy's do; the statistics of scaling are those of the filled column. All arithmetic after
/// learning is in single precision, in the order in which the graph has it.
/// </remarks>
internal sealed class NumericScaling
{
    private readonly float[] _fills;
    private readonly float[] _offsets;
    private readonly float[] _scales;
    private readonly bool[] _usable;

    private NumericScaling(int width)
    {
        _fills = new float[width];
        _offsets = new float[width];
        _scales = new float[width];
        _usable = new bool[width];
    }

    public int Width => _fills.Length;

    private bool Fills => Array.Exists(_fills, fill => !float.IsNaN(fill));

    private bool Scales => Array.Exists(_offsets, offset => offset != 0) || Array.Exists(_scales, scale => scale != 1);

    public bool IsUsable(int column) => _usable[column];

    /// <param name="rules">One per column.</param>
    /// <exception cref="TrainingRefusedException">A value to be scaled is infinite in single precision.</exception>
    public static NumericScaling Learn(LazyColumn[] columns, int rows, IReadOnlyList<ScalingRule> rules)
    {
        var scaling = new NumericScaling(columns.Length);
        float[] values = [];
        for (var i = 0; i < columns.Length; i++)
        {
            if (rules[i] is { Impute: Imputation.None, Scale: Scaling.None })
            {
                (scaling._fills[i], scaling._scales[i]) = (float.NaN, 1);
                scaling._usable[i] = Differ(columns[i], rows);
                continue;
            }

            values = values.Length == rows ? values : new float[rows];
            columns[i](0, values);
            scaling.Learn(i, values, rules[i]);
        }

        return scaling;
    }

    /// <summary>The columns filled and scaled.</summary>
    public LazyColumn[] Apply(LazyColumn[] columns) => Fills || Scales ? [.. columns.Select(Apply)] : columns;

    public GraphValue ToGraph(GraphWriter graph, GraphValue numbers)
    {
        var filled = Fills ? graph.Imputer(numbers, _fills) : numbers;
        return Scales ? graph.Scaler(filled, _offsets, _scales) : filled;
    }

    private LazyColumn Apply(LazyColumn column, int index) => (start, values) =>
    {
        var (fill, offset, scale) = (_fills[index], _offsets[index], _scales[index]);
        column(start, values);
        foreach (ref var value in values)
        {
            value = ((float.IsNaN(value) ? fill : value) - offset) * scale;
        }
    };

    /// <summary>Whether not all rows have the same value; most columns show that in the first rows.</summary>
    private static bool Differ(LazyColumn column, int rows)
    {
        Span<float> values = stackalloc float[Math.Min(rows, 256)];
        column(0, values[..1]);
        var first = values[0];
        for (var start = 0; start < rows; start += values.Length)
        {
            var some = values[..Math.Min(values.Length, rows - start)];
            column(start, some);
            foreach (var value in some)
            {
                // Unlike ==, Equals takes one missing value for the same as another.
                if (!value.Equals(first))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Learn(int index, float[] column, ScalingRule rule)
    {
        var present = Array.FindAll(column, value => !float.IsNaN(value));
        TrainingChecks.Refuse(
            rule.Impute is not Imputation.None && Array.Exists(present, float.IsInfinity),
            $"The column '{rule.Name}' has values beyond ±3.4e38, too large to be scaled.");
        Array.Sort(present);
        var missing = column.Length - present.Length;
        (_fills[index], _scales[index]) = (FillOf(present, rule), 1);
        var fill = _fills[index];
        var isFilled = missing > 0 && !float.IsNaN(fill);
        var least = Math.Min(present.FirstOrDefault(fill), isFilled ? fill : float.PositiveInfinity);
        var most = Math.Max(present.LastOrDefault(fill), isFilled ? fill : float.NegativeInfinity);
        _usable[index] = least < most || (missing > 0 && !isFilled && present.Length > 0);
        if (rule.Scale is Scaling.None)
        {
            return;
        }

        var filled = isFilled ? present.Concat(Enumerable.Repeat(fill, missing)).Order().ToArray() : present;
        var (offset, width) = Spread(filled, rule.Scale);
        _offsets[index] = (float)offset;
        var scale = (float)(1 / width);
        if (!(least < most) || !float.IsFinite(scale))
        {
            (_scales[index], _usable[index]) = (0, false);
        }
        else
        {
            _scales[index] = scale;
        }
    }

    private static float FillOf(float[] sorted, ScalingRule rule) => rule.Impute switch
    {
        Imputation.None => float.NaN,
        Imputation.Constant => rule.Fill,
        _ when sorted.Length is 0 => 0,
        Imputation.Mean => (float)sorted.Average(value => (double)value),
        Imputation.MostFrequent => sorted.GroupBy(value => value).MaxBy(group => group.Count())!.Key,
        _ => (float)Quantile(sorted, 0.5),
    };

    private static (double Offset, double Width) Spread(float[] sorted, Scaling scale)
    {
        if (sorted.Length is 0)
        {
            return (0, 1);
        }

        switch (scale)
        {
            case Scaling.MinMax:
                return (sorted[0], (double)sorted[^1] - sorted[0]);
            case Scaling.Robust:
                var quartiles = Quantile(sorted, 0.75) - Quantile(sorted, 0.25);
                return (Quantile(sorted, 0.5), quartiles > 0 ? quartiles : 1);
            default:
                var mean = sorted.Average(value => (double)value);
                return (mean, Math.Sqrt(sorted.Sum(value => (value - mean) * (value - mean)) / sorted.Length));
        }
    }

    private static double Quantile(float[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        double low = sorted[(int)Math.Floor(position)];
        double high = sorted[(int)Math.Ceiling(position)];
        return low + ((high - low) * (position - Math.Floor(position)));
    }
}
