using Mlops.Statistics;

namespace Mlops.AbTesting;

/// <summary>
/// The sequential probability ratio test with a normal prior over the effect: evidence against "no effect" that may be looked at at
/// any time.
/// </summary>
/// <remarks>
/// H. Robbins, "Statistical methods related to the law of the iterated logarithm", 1970; R. Johari et al., "Always valid inference",
/// Operations Research 70, 2022. With z = Δ / SE and r = τ² / SE², the prior variance over the sampling variance, the evidence is
/// e = exp(z² r / (2 (1 + r))) / √(1 + r). r = nτ² / V is the mixture SPRT for a prior N(0, τ²) and V the variance of one pair's
/// difference; r = nρ² is the asymptotic confidence sequence. One-sided, the prior is the half of the normal on that side.
/// If the hypothesis is true, P(e ≥ 1/α, ever) ≤ α: exactly for normal values of known variance, nearly for others.
/// </remarks>
public static class NormalMixture
{
    /// <param name="z">The difference from the hypothesis in standard errors.</param>
    /// <param name="ratio">Prior variance over sampling variance, positive.</param>
    /// <returns>ln e against "the difference is exactly that of the hypothesis".</returns>
    public static double LogEValue(double z, double ratio) => (z * z * ratio / (2 * (1 + ratio))) - (0.5 * Math.Log(1 + ratio));

    /// <returns>ln e against "the difference is at most that of the hypothesis".</returns>
    /// <inheritdoc cref="LogEValue"/>
    public static double LogEValueAbove(double z, double ratio) =>
        Math.Log(2) + LogEValue(z, ratio) + NormalDistribution.LogCdf(z * Math.Sqrt(ratio / (1 + ratio)));

    /// <returns>The z at which e reaches 1/α: half the width of the confidence sequence, in standard errors.</returns>
    /// <inheritdoc cref="LogEValue"/>
    public static double CriticalZ(double ratio, double alpha) =>
        Math.Sqrt(2 * (1 + ratio) / ratio * ((0.5 * Math.Log(1 + ratio)) - Math.Log(alpha)));

    /// <returns>The z at which the one-sided e reaches 1/α.</returns>
    /// <inheritdoc cref="LogEValue"/>
    public static double CriticalZAbove(double ratio, double alpha)
    {
        // Between no evidence and what a two-sided test at twice the level asks for.
        var (low, high) = (0.0, CriticalZ(ratio, alpha));
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = LogEValueAbove(middle, ratio) < -Math.Log(alpha) ? (middle, high) : (low, middle);
        }

        return high;
    }
}
