namespace Mlops.Statistics;

/// <summary>The standard normal distribution, to about 14 digits even far out in its tails.</summary>
internal static class NormalDistribution
{
    public static readonly double LogSqrtTwoPi = 0.5 * Math.Log(2 * Math.PI);

    private const double SqrtHalf = 0.70710678118654752440;
    private const double Scale = 3.75;

    // What lies beyond is less than 2^−54.
    private const double Negligible = 8.5;

    // Over this the function is less than the smallest number.
    private const double Vanishes = 27;

    // Of (1 + 2x) exp(x²) erfc(x) in (x − 3.75) / (x + 3.75), highest power first, after Shepherd and Laframboise, "Chebyshev
    // approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", Mathematics of Computation 36 (1981). Computed by make_erfc.py beside
    // the golden values of the tests.
    private static readonly double[] Coefficients =
    [
        1.8149081761746452e-08, 8.547929913202534e-09, -2.173234446475442e-07, -2.784548342192282e-08,
        1.7024806788444535e-06, -1.0081687870477374e-06, -1.1407453151167497e-05, 2.2409846888045357e-05,
        5.163158745985793e-05, -0.00029016620400149876, 0.00029371894031928294, 0.0017556294820794192, -0.009746580516825379,
        0.028362276761138967, -0.05869339849346814, 0.09230432122642013, -0.10880393014625847, 0.08227673848708042,
        0.0035854154855375214, -0.1402405985855053, 1.2375126308378266,
    ];

    /// <summary>The probability of less than <paramref name="x"/>.</summary>
    public static double Cdf(double x) => x > 0 ? 1 - (0.5 * ErfcOfPositive(x * SqrtHalf)) : 0.5 * ErfcOfPositive(-x * SqrtHalf);

    /// <summary>The logarithm of the probability of less than <paramref name="x"/>.</summary>
    public static double LogCdf(double x)
    {
        if (x > 0)
        {
            return Math.Log(1 - (0.5 * ErfcOfPositive(x * SqrtHalf)));
        }

        var u = -x * SqrtHalf;
        return Math.Log(0.5 * Scaled(u)) - (u * u);
    }

    /// <summary>The logarithm of the probability of what lies between; of the nearer tail, so that nothing is cancelled out.</summary>
    public static double LogMass(double low, double high)
    {
        if (low > 0)
        {
            (low, high) = (-high, -low);
        }

        if (high <= 0)
        {
            var upper = LogCdf(high);
            return upper + Math.Log(1 - Math.Exp(LogCdf(low) - upper));
        }

        return Math.Log(1 - Tail(-low) - Tail(high));
    }

    /// <summary>The chance to be further from 0 than <paramref name="z"/> on either side.</summary>
    public static double TwoSidedP(double z) => 2 * Cdf(-Math.Abs(z));

    /// <summary>The z for which a value is within ±z with the given chance, over 0 and under 1.</summary>
    public static double TwoSidedZ(double confidence) => UpperQuantile((1 - confidence) / 2);

    /// <summary>The z that is passed with the given chance, over 0 and under 1; by bisection.</summary>
    public static double UpperQuantile(double chance)
    {
        if (chance > 0.5)
        {
            return -UpperQuantile(1 - chance);
        }

        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Cdf(-middle) > chance ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>What lies beyond a positive number; nothing where it would not change a difference to 1.</summary>
    private static double Tail(double x) => x > Negligible ? 0 : 0.5 * ErfcOfPositive(x * SqrtHalf);

    private static double ErfcOfPositive(double x) => x > Vanishes ? 0 : Scaled(x) * Math.Exp(-x * x);

    /// <summary>exp(x²) erfc(x), x from 0.</summary>
    private static double Scaled(double x)
    {
        var t = (x - Scale) / (x + Scale);
        var sum = Coefficients[0];
        for (var i = 1; i < Coefficients.Length; i++)
        {
            sum = Math.FusedMultiplyAdd(sum, t, Coefficients[i]);
        }

        return sum / (1 + (2 * x));
    }
}
