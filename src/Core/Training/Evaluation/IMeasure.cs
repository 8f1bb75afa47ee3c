using Mlops.Registry;

namespace Mlops.Training;

/// <summary>The metrics of one set of predictions, under any number of times that each row counts.</summary>
/// <remarks>
/// What is slow (sorting, logarithms) is done once, so that a bootstrap computes every metric of a resample in a few passes
/// over the rows without allocating. The metrics themselves and those of a resample are the same code. Safe for concurrent use, each
/// thread with its own scratch.
/// </remarks>
public interface IMeasure
{
    int Rows { get; }

    /// <summary>Names of <see cref="MetricCatalog"/>, in the order of the values.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>How many numbers of scratch space <see cref="Compute"/> needs.</summary>
    int ScratchLength { get; }

    /// <param name="counts">How often each row counts, from 0, in an order of the measure's own.</param>
    /// <param name="values">Becomes a value for each name; NaN where it is undefined on these rows.</param>
    /// <param name="scratch">Of any content.</param>
    void Compute(ReadOnlySpan<int> counts, Span<double> values, Span<double> scratch);
}

public static class Measure
{
    /// <param name="signature">What was predicted, and for classes their order and the decision threshold.</param>
    /// <param name="predictions">Row-major [rows, output width]: probabilities or values.</param>
    /// <param name="target">The true class index or value of each row.</param>
    public static IMeasure Of(ModelSignature signature, double[] predictions, double[] target)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(predictions.Length, target.Length * signature.OutputWidth);
        return signature.Task is TaskType.Regression
            ? new RegressionMeasure(predictions, target)
            : new ClassificationMeasure(predictions, target, signature.Classes.Count, signature.DecisionThreshold);
    }

    /// <summary>Every metric that is defined when each row counts once, by name.</summary>
    public static SortedDictionary<string, double> Metrics(this IMeasure measure)
    {
        var values = new double[measure.Names.Count];
        var counts = new int[measure.Rows];
        counts.AsSpan().Fill(1);
        measure.Compute(counts, values, new double[measure.ScratchLength]);
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsFinite(values[i]))
            {
                metrics.Add(measure.Names[i], values[i]);
            }
        }

        return metrics;
    }
}
