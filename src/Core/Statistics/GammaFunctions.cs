namespace Mlops.Statistics;

/// <summary>Euler's gamma function and its incomplete part.</summary>
/// <remarks>
/// Its logarithm by Lanczos' series with g = 7 and nine terms; the incomplete function by the series of DLMF 8.11.4 below the mean and
/// the continued fraction of DLMF 8.9.2, by Lentz's method, above it.
/// </remarks>
internal static class GammaFunctions
{
    private const double Precise = 1e-16;
    private const int MostTerms = 100_000;

    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
        -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>The logarithm of gamma.</summary>
    /// <param name="x">Positive.</param>
    public static double Log(double x)
    {
        var shifted = x - 1;
        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (shifted + i);
        }

        var t = shifted + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((shifted + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>The chance that a number with the gamma distribution of this shape and scale 1 is above <paramref name="x"/>.</summary>
    /// <param name="shape">Positive.</param>
    /// <param name="x">Not negative.</param>
    public static double UpperRegularized(double shape, double x)
    {
        if (x <= 0)
        {
            return 1;
        }

        var front = Math.Exp((shape * Math.Log(x)) - x - Log(shape));
        return x < shape + 1 ? 1 - (front * LowerSeries(shape, x)) : front * UpperFraction(shape, x);
    }

    private static double LowerSeries(double shape, double x)
    {
        var term = 1 / shape;
        var sum = term;
        for (var n = 1; n < MostTerms && term > sum * Precise; n++)
        {
            term *= x / (shape + n);
            sum += term;
        }

        return sum;
    }

    private static double UpperFraction(double shape, double x)
    {
        const double Tiny = 1e-300;
        var b = x + 1 - shape;
        var c = 1 / Tiny;
        var d = 1 / b;
        var result = d;
        for (var n = 1; n < MostTerms; n++)
        {
            var a = -n * (n - shape);
            b += 2;
            d = 1 / NotZero((a * d) + b);
            c = NotZero(b + (a / c));
            result *= d * c;
            if (Math.Abs((d * c) - 1) < Precise)
            {
                break;
            }
        }

        return result;

        static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }
}
