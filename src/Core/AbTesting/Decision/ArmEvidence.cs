using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>What is known of one arm against the control in the metric that decides.</summary>
/// <param name="PValue">Of all looks so far and of all arms together: from <see cref="RunningEvidence"/> of what
/// <see cref="FamilyWise.LogEValues"/> leaves.</param>
/// <param name="Bounds">Of the difference; absent while too few units are in.</param>
/// <param name="DetectableEffect">As <see cref="SamplePlan.DetectableEffect"/> has it.</param>
/// <param name="Power">The chance that the smallest effect that matters would have shown by now, if one was named.</param>
public sealed record PrimaryEvidence(
    string Metric,
    MetricGoal Goal,
    EffectEstimate Effect,
    double PValue,
    Bounds? Bounds,
    double? DetectableEffect = null,
    double? Power = null)
{
    /// <summary>The difference in the direction of the goal: positive is better.</summary>
    [JsonIgnore]
    public double Gain => Goal is MetricGoal.Increase ? Effect.Difference : -Effect.Difference;
}

/// <summary>What is known of one arm in a metric that must not be worse by more than a margin.</summary>
/// <param name="Now">At this look.</param>
/// <param name="SafeP">Of all looks so far, that the gain is not over −margin: small means safe. All guardrails must be safe, so
/// nothing is to be adjusted.</param>
/// <param name="BrokenP">Of all looks so far, that the gain is not under −margin: small means broken. Any guardrail stops an arm, so
/// it is to be adjusted for their number.</param>
public sealed record GuardrailEvidence(string Metric, MarginComparison Now, double SafeP, double BrokenP);

/// <summary>All that is known of one arm against the control.</summary>
/// <param name="Units">Units that the arm has seen.</param>
public sealed record ArmEvidence(string Arm, long Units, PrimaryEvidence Primary, IReadOnlyList<GuardrailEvidence> Guardrails);

/// <summary>All that is known of a test.</summary>
/// <param name="ControlUnits">Units that the control has seen.</param>
/// <param name="SampleRatioP">Of all looks so far, that units came to the arms by their weights: small means they did not.</param>
/// <param name="Arms">The arms beside the control; one or more.</param>
/// <param name="NotBefore">Until when the primary metric decides nothing, if that is still to come.</param>
public sealed record TestEvidence(
    string Control, long ControlUnits, double SampleRatioP, IReadOnlyList<ArmEvidence> Arms, DateTimeOffset? NotBefore = null)
{
    [JsonIgnore]
    public long Units => ControlUnits + Arms.Sum(arm => arm.Units);
}

/// <summary>When a test is over.</summary>
public sealed record StoppingRule
{
    /// <param name="maximumUnits">Units of all arms at which the test ends undecided; at least two.</param>
    /// <param name="minimumUnits">Units that an arm and the control must have seen before the arm may win or lose by the primary
    /// metric; harm to a guardrail and a wrong sample ratio do not wait.</param>
    /// <param name="alpha">What p must not exceed.</param>
    /// <param name="sampleRatioAlpha">What p must not exceed for the sample ratio to be wrong.</param>
    /// <param name="power">The chance that the smallest effect that matters has had to show when the test gives up on it.</param>
    public StoppingRule(
        long maximumUnits, long minimumUnits = 1_000, double alpha = 0.05, double sampleRatioAlpha = 0.001, double power = 0.8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumUnits, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(minimumUnits);
        Observed.ThrowIfNotBetween0And1(alpha);
        Observed.ThrowIfNotBetween0And1(sampleRatioAlpha);
        Observed.ThrowIfNotBetween0And1(power);
        (MaximumUnits, MinimumUnits, Alpha, SampleRatioAlpha, Power) = (maximumUnits, minimumUnits, alpha, sampleRatioAlpha, power);
    }

    public long MaximumUnits { get; }

    public long MinimumUnits { get; }

    public double Alpha { get; }

    public double SampleRatioAlpha { get; }

    public double Power { get; }
}
