namespace Mlops.Learning;

/// <summary>The weight of some rows and, per output, the weighted sum of what they should predict.</summary>
/// <param name="Squares">The weighted sum of squares over all outputs.</param>
internal sealed record ForestSums(double Weight, double[] Outputs, double Squares)
{
    /// <summary>Whether all rows should predict the same, up to rounding.</summary>
    public bool IsPure => Squares - (Outputs.Sum(sum => sum * sum) / Weight) <= 1e-12 * Squares;
}

/// <summary>What a forest's leaves average: the quantity, the share of the second class, or the shares of all classes.</summary>
internal sealed class ForestTarget
{
    private readonly double[] _target;
    private readonly double _offset;

    /// <param name="classes">0 for a quantity.</param>
    public ForestTarget(double[] target, int classes)
    {
        // Far from 0 the squares of quantities would leave nothing to see of their differences.
        _offset = classes is 0 ? target.Average() : 0;
        _target = _offset is 0 ? target : Array.ConvertAll(target, value => value - _offset);
        Outputs = classes > 2 ? classes : 1;
    }

    /// <summary>How many values a leaf has.</summary>
    public int Outputs { get; }

    public bool IsOneOfMany => Outputs > 1;

    /// <summary>The class index of each row, or its value less the mean.</summary>
    public ReadOnlySpan<double> Values => _target;

    public ForestSums Sum(ReadOnlySpan<int> rows, double[] weights)
    {
        double weight = 0;
        double squares = 0;
        var outputs = new double[Outputs];
        foreach (var row in rows)
        {
            var value = IsOneOfMany ? 1 : _target[row];
            weight += weights[row];
            outputs[IsOneOfMany ? (int)_target[row] : 0] += weights[row] * value;
            squares += weights[row] * value * value;
        }

        return new ForestSums(weight, outputs, squares);
    }

    public IEnumerable<float> LeafValues(ForestSums sums) => sums.Outputs.Select(sum => (float)((sum / sums.Weight) + _offset));
}
