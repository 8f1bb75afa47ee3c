using Mlops.Data;
using Mlops.Serving;

namespace Mlops.Explanations;

/// <summary>How much worse a model gets when one feature's values are dealt out anew among the rows.</summary>
/// <param name="Mean">The loss of quality over the repeats; about 0, or below, for a feature that the model does not use.</param>
/// <param name="Deviation">The standard deviation over the repeats.</param>
public sealed record PermutedFeature(string Feature, double Mean, double Deviation);

/// <summary>Importance by permutation, for any model.</summary>
/// <remarks>Breiman, "Random forests", Machine Learning 45, 2001, section 10; measured on rows that taught nothing. Features that say
/// the same as another are both judged unimportant.</remarks>
public static class PermutationImportance
{
    /// <param name="rows">Every feature of the model, by name.</param>
    /// <param name="quality">From row-major predictions; higher is better.</param>
    /// <param name="features">Those to measure; null for all.</param>
    /// <param name="repeats">How often each feature is dealt out, at least 1.</param>
    /// <param name="seed">Of the permutations.</param>
    public static IReadOnlyList<PermutedFeature> Measure(
        IModelScorer scorer,
        DataFrame rows,
        Func<double[], double> quality,
        IReadOnlySet<string>? features,
        int repeats,
        long seed,
        CancellationToken cancellationToken)
    {
        var whole = quality(scorer.ScoreAll(rows, cancellationToken));
        var random = new DeterministicRandom(seed);
        var order = Enumerable.Range(0, rows.RowCount).ToArray();
        var measured = new List<PermutedFeature>();
        foreach (var feature in scorer.Signature.Features.Where(feature => features?.Contains(feature.Name) is not false))
        {
            var losses = new double[repeats];
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                random.Shuffle(order);
                var dealt = new DataFrame(
                    [.. rows.Columns.Select(column => column.Name == feature.Name ? column.Take(order) : column)]);
                losses[repeat] = whole - quality(scorer.ScoreAll(dealt, cancellationToken));
            }

            var mean = losses.Average();
            measured.Add(new PermutedFeature(feature.Name, mean, Math.Sqrt(losses.Average(loss => (loss - mean) * (loss - mean)))));
        }

        return measured;
    }
}
