using Mlops.Onnx;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Numbers made comparable: the median where one is missing, then mean 0 and standard deviation 1.</summary>
/// <remarks>
/// A column with one value in all rows, or none, becomes 0 and is not <see cref="IsUsable">usable</see>. All arithmetic after
/// learning is in single precision, in the order in which the graph has it.
/// </remarks>
internal sealed class NumericScaling
{
    private readonly float[] _medians;
    private readonly float[] _means;
    private readonly float[] _scales;

    private NumericScaling(float[] medians, float[] means, float[] scales) => (_medians, _means, _scales) = (medians, means, scales);

    public int Width => _medians.Length;

    public bool IsUsable(int column) => _scales[column] > 0;

    /// <param name="names">The columns' names, for the message of a refusal.</param>
    /// <exception cref="TrainingRefusedException">A value is infinite in single precision.</exception>
    public static NumericScaling Learn(float[][] columns, IReadOnlyList<string> names)
    {
        var scaling = new NumericScaling(new float[columns.Length], new float[columns.Length], new float[columns.Length]);
        for (var i = 0; i < columns.Length; i++)
        {
            TrainingChecks.Refuse(
                Array.Exists(columns[i], float.IsInfinity), $"The column '{names[i]}' has values beyond ±3.4e38, too large to be scaled.");
            scaling.Learn(i, columns[i]);
        }

        return scaling;
    }

    /// <summary>Row-major [rows, width].</summary>
    public float[] Apply(float[][] columns, int rows)
    {
        var width = Width;
        var scaled = new float[rows * width];
        for (var i = 0; i < width; i++)
        {
            var (column, median, mean, scale) = (columns[i], _medians[i], _means[i], _scales[i]);
            for (var row = 0; row < rows; row++)
            {
                var value = column[row];
                scaled[(row * width) + i] = ((float.IsNaN(value) ? median : value) - mean) * scale;
            }
        }

        return scaled;
    }

    public GraphValue ToGraph(GraphWriter graph, GraphValue numbers) => graph.Scaler(graph.Imputer(numbers, _medians), _means, _scales);

    private void Learn(int index, float[] column)
    {
        var present = Array.FindAll(column, value => !float.IsNaN(value));
        if (present.Length is 0 || Array.TrueForAll(present, value => value == present[0]))
        {
            _medians[index] = _means[index] = present.Length is 0 ? 0 : present[0];
            return;
        }

        var median = (float)Median.Of(present);
        _medians[index] = median;
        var missing = column.Length - present.Length;
        var mean = (present.Sum(value => (double)value) + ((double)median * missing)) / column.Length;
        var squares = present.Sum(value => (value - mean) * (value - mean)) + ((median - mean) * (median - mean) * missing);
        _means[index] = (float)mean;
        var scale = (float)(1 / Math.Sqrt(squares / column.Length));
        _scales[index] = float.IsFinite(scale) ? scale : 0;
    }
}
