using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>What to do about a test.</summary>
public enum TestAdvice { Continue, Ship, Stop, Inconclusive }

/// <summary>What is known of a guardrail.</summary>
public enum GuardrailState
{
    /// <summary>Neither is shown.</summary>
    Open,

    /// <summary>The arm is shown not to be worse by more than the margin.</summary>
    Safe,

    /// <summary>The arm is shown to be.</summary>
    Broken,
}

/// <summary>What a test has shown by one look at it.</summary>
/// <param name="Advice">What to do.</param>
/// <param name="Arm">The arm to ship.</param>
/// <param name="Cause">Why to stop.</param>
/// <param name="Reason">Why, in sentences with numbers.</param>
/// <param name="IsComparable">Whether units came to the arms by their weights; if not, no difference below means anything.</param>
/// <param name="SampleRatioP">Of all looks so far: small means that they did not.</param>
/// <param name="Units">Of all arms.</param>
/// <param name="RefusedRequests">Requests of units beyond the greatest number, which are not in the report.</param>
/// <param name="CrossedUnits">Units that were seen in two arms, which are in neither.</param>
/// <param name="MissingRecords">How many requests the log is known to lack.</param>
/// <param name="Arms">The control first.</param>
/// <param name="Looks">The evidence over time, oldest first; of older looks every other one goes when there are too many.</param>
public sealed record AbTestReport(
    AbTestName Test,
    DateTimeOffset At,
    TestAdvice Advice,
    string Reason,
    bool IsComparable,
    double SampleRatioP,
    long Units,
    long RefusedRequests,
    long CrossedUnits,
    long MissingRecords,
    IReadOnlyList<ArmReport> Arms,
    IReadOnlyList<TestLook> Looks,
    string? Arm = null,
    StopCause? Cause = null);

/// <summary>What is known of an arm.</summary>
/// <param name="Share">Of the units that it should get.</param>
/// <param name="Exposures">Its requests.</param>
/// <param name="Value">The primary metric's mean over its units; absent if no unit has one.</param>
/// <param name="Effect">Against the control; absent of the control.</param>
public sealed record ArmReport(
    string Arm,
    double Share,
    long Units,
    long Exposures,
    IReadOnlyList<GuardrailReport> Guardrails,
    int? Version = null,
    double? Value = null,
    EffectReport? Effect = null);

/// <summary>A difference in the primary metric, arm less control.</summary>
/// <param name="Difference">Of means, less what the covariate explains.</param>
/// <param name="Interval">Where the difference lies, by all looks so far at once and for all arms at once; absent while too few units are
/// in.</param>
/// <param name="EValue">The strongest evidence of all looks so far against "no difference", of all arms together; it shows at 1/alpha.
/// At most 1e300.</param>
/// <param name="PValue">1 over it.</param>
/// <param name="HasDrifted">Whether intervals of two looks exclude each other: the effect changes over time.</param>
/// <param name="Power">The chance that the smallest difference that matters would show at this look, if one is named.</param>
/// <param name="DetectableEffect">The difference that would show with that chance; absent while too few units are in.</param>
/// <param name="VarianceReduction">By what part the covariate lowers the variance of the difference.</param>
public sealed record EffectReport(
    double Difference,
    double EValue,
    double PValue,
    bool HasDrifted,
    Bounds? Interval = null,
    double? Power = null,
    double? DetectableEffect = null,
    double? VarianceReduction = null);

/// <summary>A guardrail of an arm.</summary>
/// <param name="LeastGain">The gain, positive where better, is over this at all times with confidence 1 − alpha; absent while too few units
/// are in.</param>
/// <param name="GreatestGain">The gain is under this.</param>
public sealed record GuardrailReport(
    TestMetric Metric,
    MetricGoal Goal,
    double Margin,
    GuardrailState State,
    double Control,
    double Value,
    double SafeP,
    double BrokenP,
    double? LeastGain = null,
    double? GreatestGain = null);

/// <summary>What a look showed.</summary>
public sealed record TestLook(DateTimeOffset At, long Units, TestAdvice Advice, double SampleRatioP, IReadOnlyList<LookArm> Arms);

/// <summary>What a look showed of an arm beside the control.</summary>
/// <param name="EValue">The strongest so far, as in the report.</param>
/// <param name="Difference">At this look.</param>
public sealed record LookArm(string Arm, long Units, double EValue, double Difference);

/// <summary>A report with what the next look needs of it.</summary>
/// <param name="SampleRatio">ln of the greatest evidence so far.</param>
/// <param name="Revision">The endpoint's latest revision that routed by the test.</param>
internal sealed record StoredReport(AbTestReport Report, double SampleRatio, IReadOnlyList<ArmMemory> Arms, int Revision)
{
    [JsonIgnore]
    public string ETag { get; init; } = "";
}

/// <summary>The evidence on an arm between looks.</summary>
/// <param name="Guardrails">In the order of the plan.</param>
internal sealed record ArmMemory(RunningEvidence Primary, IReadOnlyList<GuardrailMemory> Guardrails);

internal sealed record GuardrailMemory(RunningEvidence Safe, RunningEvidence Broken);
