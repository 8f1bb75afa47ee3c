using Mlops.Statistics;

namespace Mlops.Training;

/// <summary>Normals cut off at the ends of a parameter's range: one around each observation, and the prior over all as the last.</summary>
/// <remarks>Bandwidths after Optuna 3.1: of the neighbours' distance for a parameter alone, one for all of parameters together.</remarks>
internal sealed class NumericKernels
{
    // Optuna's factor of Scott's rule, which BOHB (Falkner et al., 2018) uses for parameters modelled together.
    private const double JointBandwidth = 0.2;

    /// <param name="observed">Coded values between <paramref name="low"/> and <paramref name="high"/>.</param>
    /// <param name="together">How many parameters are modelled together; null for a parameter alone.</param>
    public NumericKernels(double[] observed, double low, double high, int? together)
    {
        (Low, High, Count) = (low, high, observed.Length + 1);
        Means = new double[ParzenColumn.Padded(Count)];
        InverseSigmas = new double[Means.Length];
        observed.CopyTo(Means, 0);
        Means[observed.Length] = 0.5 * (low + high);

        var sigmas = InverseSigmas.AsSpan(0, Count);
        if (together is { } parameters)
        {
            sigmas.Fill(JointBandwidth * Math.Pow(Math.Max(observed.Length, 1), -1.0 / (parameters + 4)) * (high - low));
        }
        else
        {
            NeighbourDistances(Means.AsSpan(0, Count), low, high, sigmas);
        }

        // Bergstra's "magic clipping": no kernel so narrow that the search sticks to it.
        var least = (high - low) / Math.Min(100.0, 1.0 + Count);
        foreach (ref var sigma in sigmas)
        {
            sigma = 1 / Math.Clamp(sigma, least, high - low);
        }

        sigmas[^1] = 1 / (high - low);
    }

    public double Low { get; }

    public double High { get; }

    public int Count { get; }

    /// <summary>Padded with zeros.</summary>
    public double[] Means { get; }

    /// <summary>Padded with zeros.</summary>
    public double[] InverseSigmas { get; }

    /// <summary>The logarithm of the share of the uncut normal that lies in the range.</summary>
    public double LogMass(int kernel) =>
        NormalDistribution.LogMass((Low - Means[kernel]) * InverseSigmas[kernel], (High - Means[kernel]) * InverseSigmas[kernel]);

    /// <summary>Draws until the number is in range: the centre is, and no kernel is wider, so that every third is at the least.</summary>
    public double Draw(DeterministicRandom random, int kernel)
    {
        while (true)
        {
            var drawn = Means[kernel] + (random.NextGaussian() / InverseSigmas[kernel]);
            if (drawn >= Low && drawn <= High)
            {
                return drawn;
            }
        }
    }

    /// <summary>The longer of the distances to both neighbours; the outermost have one, where there are others.</summary>
    private static void NeighbourDistances(ReadOnlySpan<double> means, double low, double high, Span<double> distances)
    {
        if (means.Length is 1)
        {
            distances[0] = Math.Max(means[0] - low, high - means[0]);
            return;
        }

        var sorted = means.ToArray();
        var order = new int[means.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        distances[order[0]] = sorted[1] - sorted[0];
        distances[order[^1]] = sorted[^1] - sorted[^2];
        for (var i = 1; i < sorted.Length - 1; i++)
        {
            distances[order[i]] = Math.Max(sorted[i] - sorted[i - 1], sorted[i + 1] - sorted[i]);
        }
    }
}
