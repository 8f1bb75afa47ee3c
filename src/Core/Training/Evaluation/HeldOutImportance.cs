using Mlops.Data;
using Mlops.Explanations;
using Mlops.Serving;

namespace Mlops.Training;

/// <summary>Measures what the features of an exported model are worth, on held-out rows and at a bounded cost.</summary>
/// <remarks>
/// What a scored row costs grows with the graph, so of larger graphs fewer rows are scored. Rows and permutations follow from the seed
/// alone, so that the same model and rows give the same figures.
/// </remarks>
public static class HeldOutImportance
{
    public const int MostFeatures = 100;

    private const int Repeats = 5;
    private const int MostRows = 2_000;
    private const int LeastRows = 100;
    private const int MostScored = 200_000;
    private const int MostExplained = 200;
    private const int LeastExplained = 20;

    /// <summary>A graph up to this size, in bytes, is scored on as many rows as there may be.</summary>
    private const double UsualGraph = 4 << 20;

    /// <param name="heldOut">Every feature of the model, by name.</param>
    /// <param name="target">The true class index or value of each row.</param>
    /// <param name="gain">What training found each feature to be worth, by name.</param>
    /// <param name="graphBytes">The size of the model's graph.</param>
    /// <returns>Null if the headline metric is undefined on the rows.</returns>
    public static FeatureImportance? Measure(
        IModelScorer scorer,
        DataFrame heldOut,
        double[] target,
        IReadOnlyDictionary<string, double> gain,
        long graphBytes,
        long seed,
        CancellationToken cancellationToken)
    {
        var signature = scorer.Signature;
        var features = signature.Features.Select(feature => feature.Name)
            .OrderByDescending(name => gain.GetValueOrDefault(name))
            .Take(MostFeatures)
            .ToHashSet(StringComparer.Ordinal);
        var scored = (int)Math.Max(1, MostScored * Share(graphBytes) / (Repeats * features.Count));
        var rows = Draw(heldOut.RowCount, Math.Clamp(scored, LeastRows, MostRows), seed);
        var truth = Array.ConvertAll(rows, row => target[row]);
        var drawn = heldOut.Take(rows).Select(signature.Features.Select(feature => feature.Name));
        var metric = MetricCatalog.Headline(signature.Task);
        var permuted = PermutationImportance.Measure(scorer, drawn, Quality, features, Repeats, seed, cancellationToken);
        return permuted.All(feature => double.IsFinite(feature.Mean) && double.IsFinite(feature.Deviation))
            ? new FeatureImportance(metric.Name, rows.Length, Repeats, [.. permuted.OrderByDescending(feature => feature.Mean)])
            : null;

        double Quality(double[] predictions) =>
            Training.Measure.Of(signature, predictions, truth).Metrics().TryGetValue(metric.Name, out var value)
                ? metric.HigherIsBetter ? value : -value
                : double.NaN;
    }

    /// <param name="heldOut">Every feature of the model, by name.</param>
    /// <returns>Null where the explainer samples, or the graph is so large that too few rows could be explained.</returns>
    public static MeanAttributions? Attribute(
        IModelExplainer explainer,
        Registry.ModelSignature signature,
        DataFrame heldOut,
        long graphBytes,
        long seed,
        CancellationToken cancellationToken)
    {
        var most = (int)(MostExplained * Share(graphBytes));
        if (explainer.Method is ExplanationMethod.KernelShap || most < LeastExplained)
        {
            return null;
        }

        var rows = Draw(heldOut.RowCount, most, seed);
        var found = explainer.Explain(FeatureBatches.From(heldOut.Take(rows), signature), cancellationToken);
        var sums = new double[found.Features];
        for (var i = 0; i < found.Values.Length; i++)
        {
            sums[i % found.Features] += Math.Abs(found.Values[i]);
        }

        var greatest = signature.Features
            .Select((feature, i) => (feature.Name, Mean: sums[i] / found.Rows))
            .Where(feature => double.IsFinite(feature.Mean))
            .OrderByDescending(feature => feature.Mean)
            .Take(MostFeatures)
            .ToDictionary(feature => feature.Name, feature => feature.Mean, StringComparer.Ordinal);
        return new MeanAttributions(
            explainer.Method,
            explainer.Scale,
            found.Rows,
            new SortedDictionary<string, double>(greatest, StringComparer.Ordinal));
    }

    private static double Share(long graphBytes) => Math.Min(1, UsualGraph / Math.Max(1, graphBytes));

    private static int[] Draw(int count, int most, long seed)
    {
        var rows = Enumerable.Range(0, count).ToArray();
        new DeterministicRandom(seed).Shuffle(rows);
        var drawn = rows[..Math.Min(most, count)];
        Array.Sort(drawn);
        return drawn;
    }
}
