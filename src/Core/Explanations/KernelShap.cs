using Mlops.Serving;

namespace Mlops.Explanations;

/// <summary>Shapley values of any model, estimated by scoring it with some features taken from other rows.</summary>
/// <remarks>
/// Lundberg and Lee, "A unified approach to interpreting model predictions", NeurIPS 2017; sampled in complementary pairs after Covert
/// and Lee, "Improving KernelSHAP", AISTATS 2021. An unknown feature takes the values of the background rows. Exact where every
/// coalition fits the budget, an estimate elsewhere; either way attributions add up to the output. Costs a scoring of budget ×
/// background rows for each row explained. Equal inputs and seeds give equal values.
/// </remarks>
/// <param name="scorer">The model; its probabilities or values are explained.</param>
/// <param name="background">Rows that stand for what is usual; at least one.</param>
/// <param name="budget">How many coalitions of features are scored at most, at least 2.</param>
/// <param name="seed">Chooses the coalitions where not all fit the budget.</param>
public sealed class KernelShap(IModelScorer scorer, FeatureBatch background, int budget, long seed)
{
    private const int MaxScoredRows = 4_096;

    private readonly FeatureLayout _layout = new(scorer.Signature);

    public Attributions Explain(FeatureBatch rows, CancellationToken cancellationToken)
    {
        var outputs = scorer.Signature.OutputWidth;
        var features = scorer.Signature.Features.Count;
        var usual = MeanScore(background);
        var predictions = Score(rows);
        var attributions = new Attributions(rows.Rows, features, usual, predictions, new double[rows.Rows * outputs * features]);
        for (var row = 0; row < rows.Rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ExplainRow(rows, row, attributions, cancellationToken);
        }

        return attributions;
    }

    private void ExplainRow(FeatureBatch rows, int row, Attributions attributions, CancellationToken cancellationToken)
    {
        var outputs = attributions.BaseValues.Length;
        int[] players = [.. Enumerable.Range(0, attributions.Features).Where(feature => _layout.Varies(feature, rows, row, background))];
        var gains = new double[outputs];
        for (var output = 0; output < outputs; output++)
        {
            gains[output] = attributions.Outputs[(row * outputs) + output] - attributions.BaseValues[output];
        }

        if (players.Length is 0)
        {
            return;
        }

        if (players.Length is 1)
        {
            for (var output = 0; output < outputs; output++)
            {
                attributions.Values[(((row * outputs) + output) * attributions.Features) + players[0]] = gains[output];
            }

            return;
        }

        var coalitions = Coalitions.Choose(players.Length, budget, new DeterministicRandom(seed).Fork());
        var scores = ScoreCoalitions(coalitions, players, rows, row, cancellationToken);
        for (var output = 0; output < outputs; output++)
        {
            var changes = new double[coalitions.Count];
            for (var i = 0; i < changes.Length; i++)
            {
                changes[i] = scores[(i * outputs) + output] - attributions.BaseValues[output];
            }

            var shares = coalitions.Solve(changes, gains[output]);
            for (var i = 0; i < players.Length; i++)
            {
                attributions.Values[(((row * outputs) + output) * attributions.Features) + players[i]] = shares[i];
            }
        }
    }

    /// <summary>The mean score of the background rows with the coalition's features taken from the row: [coalitions, outputs].</summary>
    private double[] ScoreCoalitions(
        Coalitions coalitions, int[] players, FeatureBatch rows, int row, CancellationToken cancellationToken)
    {
        var outputs = scorer.Signature.OutputWidth;
        var means = new double[coalitions.Count * outputs];
        var perBatch = Math.Max(1, MaxScoredRows / background.Rows);
        for (var start = 0; start < coalitions.Count; start += perBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(perBatch, coalitions.Count - start);
            var batch = _layout.Repeat(background, count);
            for (var i = 0; i < count; i++)
            {
                for (var player = 0; player < players.Length; player++)
                {
                    if (coalitions.Has(start + i, player))
                    {
                        _layout.Copy(players[player], rows, row, batch, i * background.Rows, background.Rows);
                    }
                }
            }

            var scores = Score(batch);
            for (var i = 0; i < scores.Length; i++)
            {
                means[((start + (i / outputs / background.Rows)) * outputs) + (i % outputs)] += scores[i] / background.Rows;
            }
        }

        return means;
    }

    private double[] MeanScore(FeatureBatch batch)
    {
        var outputs = scorer.Signature.OutputWidth;
        var scores = Score(batch);
        var means = new double[outputs];
        for (var i = 0; i < scores.Length; i++)
        {
            means[i % outputs] += scores[i] / batch.Rows;
        }

        return means;
    }

    private double[] Score(FeatureBatch batch)
    {
        var scores = new float[batch.Rows * scorer.Signature.OutputWidth];
        scorer.Score(batch, scores);
        return Array.ConvertAll(scores, score => (double)score);
    }
}
