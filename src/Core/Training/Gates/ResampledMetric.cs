using System.Buffers;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>One metric of fixed predictions, to be computed many times with rows counted more than once or not at all.</summary>
/// <remarks>Two of them given the same draws see the same rows, in whatever order their measures have them. Safe for concurrent use.
/// </remarks>
public sealed class ResampledMetric
{
    private readonly IMeasure _measure;
    private readonly int _metric;

    /// <param name="metric">One of <see cref="MetricCatalog"/> for the task.</param>
    /// <param name="predictions">Row-major [rows, output width].</param>
    /// <param name="target">The class index or value of each row.</param>
    public ResampledMetric(string metric, ModelSignature signature, double[] predictions, double[] target)
    {
        _measure = Measure.Of(signature, predictions, target);
        _metric = _measure.Names.ToList().IndexOf(metric);
        ArgumentOutOfRangeException.ThrowIfNegative(_metric, nameof(metric));
    }

    /// <summary>The predictions of some rows, in the order named.</summary>
    public static double[] Take(double[] predictions, int width, int[] rows)
    {
        var taken = new double[rows.Length * width];
        for (var i = 0; i < rows.Length; i++)
        {
            predictions.AsSpan(rows[i] * width, width).CopyTo(taken.AsSpan(i * width));
        }

        return taken;
    }

    /// <param name="drawn">How often each row counts.</param>
    /// <returns>NaN if the metric is undefined on these rows.</returns>
    public double Of(int[] drawn)
    {
        var numbers = ArrayPool<double>.Shared.Rent(_measure.Names.Count + _measure.ScratchLength);
        var counts = _measure.Order is null ? null : ArrayPool<int>.Shared.Rent(drawn.Length);
        try
        {
            for (var i = 0; counts is not null && i < drawn.Length; i++)
            {
                counts[i] = drawn[_measure.Order![i]];
            }

            var values = numbers.AsSpan(0, _measure.Names.Count);
            _measure.Compute(
                (counts ?? drawn).AsSpan(0, drawn.Length), values, numbers.AsSpan(values.Length, _measure.ScratchLength));
            return values[_metric];
        }
        finally
        {
            ArrayPool<double>.Shared.Return(numbers);
            if (counts is not null)
            {
                ArrayPool<int>.Shared.Return(counts);
            }
        }
    }
}
