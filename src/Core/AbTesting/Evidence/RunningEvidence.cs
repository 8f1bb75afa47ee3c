using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>The strongest evidence of all looks so far: what makes looking often harmless.</summary>
/// <remarks>
/// P(any e of a sequence ≥ 1/α) ≤ α, so the least p of all looks is a p, and the difference is within all bounds so far at once. State
/// of a test between looks: written by one, read by any.
/// </remarks>
/// <param name="LogEValue">ln of the greatest evidence so far, from 0.</param>
/// <param name="Bounds">The part that all bounds so far share. If they share none, the effect has changed over time, and these are the
/// last.</param>
/// <param name="HasDrifted">Whether bounds of two looks excluded each other.</param>
public sealed record RunningEvidence(double LogEValue = 0, Bounds? Bounds = null, bool HasDrifted = false)
{
    /// <summary>Smallest p of all looks.</summary>
    [JsonIgnore]
    public double PValue => PValueOf(LogEValue);

    public RunningEvidence Observe(Comparison comparison) => Observe(comparison.LogEValue, comparison.Bounds);

    /// <param name="logEValue">ln of the evidence at this look; of several arms, what <see cref="FamilyWise.LogEValues"/> leaves of
    /// it.</param>
    public RunningEvidence Observe(double logEValue, Bounds? bounds = null)
    {
        var evidence = this with { LogEValue = Math.Max(LogEValue, logEValue) };
        if (bounds is null || Bounds is null)
        {
            return evidence with { Bounds = bounds ?? Bounds };
        }

        var shared = new Bounds(Math.Max(Bounds.Low, bounds.Low), Math.Min(Bounds.High, bounds.High));
        return shared.Low <= shared.High
            ? evidence with { Bounds = shared }
            : evidence with { Bounds = bounds, HasDrifted = true };
    }

    internal static double PValueOf(double logEValue) => Math.Min(1, Math.Exp(-logEValue));
}
