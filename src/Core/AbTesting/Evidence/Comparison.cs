using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>From where to where, both included.</summary>
public sealed record Bounds(double Low, double High);

/// <summary>What is known by now of the difference between two arms.</summary>
/// <param name="LogEValue">ln of the evidence against "no difference"; 0 is none.</param>
/// <param name="Bounds">Where the difference (treatment − control) lies, with confidence 1 − α at all times at once; absent while too few
/// units are in.</param>
public sealed record Comparison(EffectEstimate Effect, double LogEValue, Bounds? Bounds)
{
    /// <summary>Of this look alone; over several looks see <see cref="RunningEvidence"/>.</summary>
    [JsonIgnore]
    public double PValue => RunningEvidence.PValueOf(LogEValue);
}

/// <summary>What is known by now of a difference that may be worse by a margin at most.</summary>
/// <remarks>
/// The gain is the difference in the direction of the goal: positive is better. It is safe when the gain is shown to be over −margin and
/// broken when it is shown to be under; until then it is neither, and time running out does not make it safe.
/// </remarks>
/// <param name="Margin">The loss allowed, not negative, in the metric's unit.</param>
/// <param name="LogSafe">ln of the evidence that the gain is over −margin.</param>
/// <param name="LogBroken">ln of the evidence that the gain is under −margin.</param>
/// <param name="LeastGain">The gain is over this with confidence 1 − α at all times; absent while too few units are in.</param>
/// <param name="GreatestGain">The gain is under this with confidence 1 − α at all times; absent while too few units are in.</param>
public sealed record MarginComparison(
    EffectEstimate Effect,
    MetricGoal Goal,
    double Margin,
    double LogSafe,
    double LogBroken,
    double? LeastGain,
    double? GreatestGain);
