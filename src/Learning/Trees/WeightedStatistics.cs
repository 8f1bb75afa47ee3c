namespace Mlops.Learning;

/// <summary>Means and quantiles of rows that count differently: a row of weight 2 is two rows.</summary>
internal static class WeightedStatistics
{
    /// <param name="weights">Null if all count alike.</param>
    public static double Mean(ReadOnlySpan<double> values, double[]? weights)
    {
        double sum = 0;
        double total = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var weight = weights is null ? 1 : weights[i];
            sum += weight * values[i];
            total += weight;
        }

        return sum / total;
    }

    /// <summary>The least value that at least the share <paramref name="level"/> does not exceed; midway to the next if it is exactly
    /// that share.</summary>
    /// <remarks>Hyndman and Fan, "Sample quantiles in statistical packages", 1996, definition 2. Sorts what it is given.</remarks>
    /// <param name="weights">Empty if all count alike.</param>
    public static double Quantile(Span<double> values, Span<double> weights, double level)
    {
        if (weights.IsEmpty)
        {
            values.Sort();
        }
        else
        {
            values.Sort(weights);
        }

        double total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        total = weights.IsEmpty ? values.Length : total;
        double sum = 0;
        for (var i = weights.IsEmpty ? Math.Max(0, (int)(level * total) - 2) : 0; i < values.Length; i++)
        {
            sum = weights.IsEmpty ? i + 1 : sum + weights[i];
            if (sum >= level * total && sum > 0)
            {
                var next = i + 1;
                while (next < values.Length && !weights.IsEmpty && weights[next] is 0)
                {
                    next++;
                }

                return sum == level * total && next < values.Length ? (values[i] + values[next]) / 2 : values[i];
            }
        }

        return values[^1];
    }
}
