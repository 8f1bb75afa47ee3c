namespace Mlops.Training;

/// <summary>Tails and quantiles of the standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>The chance to be further from 0 than <paramref name="z"/> on either side, to 1e-13 of itself.</summary>
    /// <remarks>
    /// Abramowitz and Stegun, Handbook of Mathematical Functions: the series 7.1.6 near 0, the continued fraction 7.1.14 beyond.
    /// </remarks>
    public static double TwoSidedP(double z)
    {
        const double Turn = 2;
        var x = Math.Abs(z) / Math.Sqrt(2);
        if (x < Turn)
        {
            var (term, sum) = (x, x);
            for (var n = 1; term > 1e-17 * sum; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 1 - (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum);
        }

        var fraction = x;
        for (var n = 120; n > 0; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }

    /// <summary>The z for which a value is within ±z with the given chance, over 0 and under 1, by bisection.</summary>
    public static double TwoSidedZ(double confidence)
    {
        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = TwoSidedP(middle) > 1 - confidence ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
