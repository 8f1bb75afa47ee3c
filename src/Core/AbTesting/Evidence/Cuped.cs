namespace Mlops.AbTesting;

/// <summary>Takes out of a metric what was known before the test: Y − θ (X − X̄) instead of Y, with one θ for all arms.</summary>
/// <remarks>
/// A. Deng, Y. Xu, R. Kohavi and T. Walker, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment
/// data", WSDM 2013. θ = Σ cov / Σ var within the arms. The variance falls by ρ². X must not be touched by the arm: a value from
/// before the test, or in a test of models the champion's score of the same request.
/// </remarks>
/// <param name="Theta">How much of the covariate is taken off; 0 if the covariate does not vary.</param>
public sealed record Cuped(double Theta)
{
    /// <param name="arms">Of every arm; value is the metric, other the covariate.</param>
    public static Cuped Of(IReadOnlyList<PairSums> arms)
    {
        var spread = arms.Sum(arm => arm.Other.Squares);
        return new(spread > 0 ? arms.Sum(arm => arm.Products) / spread : 0);
    }

    public EffectEstimate Compare(PairSums control, PairSums treatment)
    {
        var covariate = control.Other.Merge(treatment.Other).Mean;
        return EffectEstimate.OfMeans(Adjusted(control, covariate), Adjusted(treatment, covariate));
    }

    /// <summary>By what part the variance of the difference falls: 0.4 saves 40 % of the units. Negative if it grows.</summary>
    public double VarianceReduction(PairSums control, PairSums treatment)
    {
        var plain = EffectEstimate.OfMeans(control.Value, treatment.Value).StandardError;
        return plain > 0 ? 1 - Math.Pow(Compare(control, treatment).StandardError / plain, 2) : 0;
    }

    private MeanSums Adjusted(PairSums arm, double covariate) => new(
        arm.Count,
        arm.Value.Mean - (Theta * (arm.Other.Mean - covariate)),
        Math.Max(0, arm.Value.Squares - (2 * Theta * arm.Products) + (Theta * Theta * arm.Other.Squares)));
}
