namespace Mlops.Statistics;

/// <summary>The chi-squared distribution.</summary>
internal static class ChiSquared
{
    /// <summary>The chance of a value above <paramref name="x"/>.</summary>
    /// <param name="freedom">Degrees of freedom, positive.</param>
    public static double UpperTail(double x, double freedom) => GammaFunctions.UpperRegularized(freedom / 2, x / 2);
}
