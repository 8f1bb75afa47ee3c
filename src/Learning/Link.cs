namespace Mlops.Learning;

/// <summary>From scores to probabilities, without overflow.</summary>
internal static class Link
{
    public static double Sigmoid(double score)
    {
        var small = Math.Exp(-Math.Abs(score));
        return score >= 0 ? 1 / (1 + small) : small / (1 + small);
    }

    /// <summary>log(1 + e^score).</summary>
    public static double SoftPlus(double score) => Math.Max(score, 0) + Math.Log(1 + Math.Exp(-Math.Abs(score)));

    /// <summary>Turns scores into probabilities that sum to 1.</summary>
    /// <returns>log Σ e^score of the scores as they were.</returns>
    public static double Softmax(Span<double> scores)
    {
        var max = double.NegativeInfinity;
        foreach (var score in scores)
        {
            max = Math.Max(max, score);
        }

        double sum = 0;
        for (var k = 0; k < scores.Length; k++)
        {
            scores[k] = Math.Exp(scores[k] - max);
            sum += scores[k];
        }

        for (var k = 0; k < scores.Length; k++)
        {
            scores[k] /= sum;
        }

        return max + Math.Log(sum);
    }
}
