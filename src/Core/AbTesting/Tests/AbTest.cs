using System.Text.Json.Serialization;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>How far a test has come.</summary>
public enum AbTestState
{
    /// <summary>Described; its endpoint knows nothing of it.</summary>
    Draft,

    /// <summary>Its endpoint assigns units to its arms.</summary>
    Running,

    /// <summary>Decided; what follows from that is being done, and done again if a process dies over it.</summary>
    Ending,

    /// <summary>Over.</summary>
    Ended,
}

/// <summary>What a test does by itself.</summary>
public enum AutoDecision
{
    /// <summary>Nothing: it recommends.</summary>
    Recommend,

    /// <summary>It ends with the control when it should stop or cannot decide; shipping is for people.</summary>
    Stop,

    /// <summary>It also ships.</summary>
    ShipOrStop,
}

/// <summary>An arm of a test.</summary>
/// <param name="Target">As it was asked for; an alias is resolved when the test starts, so that a test compares versions.</param>
/// <param name="Weight">Above 0; its share is this over the sum of all.</param>
/// <param name="Version">The version that it serves, once the test has started.</param>
public sealed record TestArm(
    string Name, EndpointTarget Target, double Weight = 1, IReadOnlyList<string>? Steps = null, int? Version = null)
{
    /// <summary>As the endpoint has it while the test runs.</summary>
    internal Arm Pinned => new(Name, new EndpointTarget(Target.Model, version: Version), Weight, Steps);
}

/// <summary>What a test is to find out, and by which rules. Fixed before the first unit comes.</summary>
/// <param name="Goal">The direction in which the primary metric is better.</param>
/// <param name="MinimumEffect">The smallest difference in the primary metric that would matter, in its unit: once it would have shown
/// with a chance of <paramref name="Power"/> and has not, the test ends. Absent: only units end it.</param>
/// <param name="MinimumUnits">Units of an arm and of the control before the primary metric may decide.</param>
/// <param name="MinimumDays">Days before it may, as for a whole week; harm and a wrong sample ratio do not wait.</param>
/// <param name="MaximumUnits">Units of all arms at which the test ends undecided. Also what bounds the memory of an analysis.</param>
/// <param name="PlannedUnits">Units of two arms at which intervals are narrowest, compared with what they could be.</param>
/// <param name="ExpectedRate">Of a conversion: the control's, as far as known.</param>
/// <param name="Alias">What the winning version gets when it is shipped.</param>
public sealed record TestPlan(
    EndpointName Endpoint,
    TestArm Control,
    IReadOnlyList<TestArm> Treatments,
    TestMetric Metric,
    MetricGoal Goal,
    AliasName Alias,
    double Alpha = 0.05,
    double? MinimumEffect = null,
    double Power = 0.8,
    long MinimumUnits = 1_000,
    int MinimumDays = 0,
    long MaximumUnits = 200_000,
    long PlannedUnits = 5_000,
    double? ExpectedRate = null,
    IReadOnlyList<Guardrail>? Guardrails = null,
    Covariate? Covariate = null,
    AutoDecision Decide = AutoDecision.Recommend,
    string? Hypothesis = null)
{
    /// <summary>The most arms beside the control.</summary>
    public const int MaxTreatments = 8;

    public const int MaxGuardrails = 8;

    /// <summary>What <see cref="MaximumUnits"/> may be at most; an analysis takes about 250 bytes for each.</summary>
    public const long MostUnits = 1_000_000;

    /// <summary>The control first.</summary>
    [JsonIgnore]
    public IEnumerable<TestArm> Arms => Treatments.Prepend(Control);
}

/// <summary>What a test came to.</summary>
/// <param name="Shipped">The arm whose version is the new one; absent if the control stays.</param>
/// <param name="By">Who decided; <see cref="AbTest.Itself"/> if the test did.</param>
public sealed record TestConclusion(string Reason, string By, DateTimeOffset At, string? Shipped = null);

/// <summary>A change of a test's state.</summary>
/// <param name="State">The new one.</param>
public sealed record TestEvent(DateTimeOffset At, string By, AbTestState State, string? Note = null);

/// <summary>A test of arms behind an endpoint, from its description to what it came to.</summary>
/// <param name="Salt">Of this test alone, so that its assignment of units has nothing to do with any other's.</param>
/// <param name="Policy">What its endpoint routes by while it runs; absent before.</param>
/// <param name="Revision">The endpoint's revision from which on it does.</param>
/// <param name="History">Oldest first.</param>
public sealed record AbTest(
    AbTestName Name,
    TestPlan Plan,
    string Salt,
    AbTestState State,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    IReadOnlyList<TestEvent> History,
    TrafficPolicy? Policy = null,
    DateTimeOffset? StartedAt = null,
    int? Revision = null,
    TestConclusion? Conclusion = null)
{
    /// <summary>Who acts when a test decides by itself.</summary>
    public const string Itself = "ab-test";

    /// <summary>Changes with every change of the test.</summary>
    [JsonIgnore]
    public string ETag { get; init; } = "";

    /// <summary>Whether an endpoint routes by this test: the same arms, weights, salt and units.</summary>
    internal bool Governs(TrafficPolicy policy) =>
        Policy is { } own && policy.Kind == own.Kind && policy.Salt == own.Salt && policy.Unit == own.Unit
        && policy.Arms.Select(Written).SequenceEqual(own.Arms.Select(Written), StringComparer.Ordinal);

    internal AbTest Enter(AbTestState state, DateTimeOffset at, string by, string? note = null) =>
        this with { State = state, History = [.. History, new TestEvent(at, by, state, note)] };

    private static string Written(Arm arm) => System.Text.Encoding.UTF8.GetString(Storage.Documents.Write(arm));
}

/// <summary>A tenant's tests by name; only an absent continuation ends the listing.</summary>
public sealed record AbTestPage(IReadOnlyList<AbTest> Tests, string? Continuation);

/// <summary>What came of creating, changing or removing a test.</summary>
public abstract record AbTestOutcome
{
    private AbTestOutcome() { }

    public sealed record Saved(AbTest Test) : AbTestOutcome;

    public sealed record Removed : AbTestOutcome;

    public sealed record NameTaken : AbTestOutcome;

    public sealed record UnknownTest : AbTestOutcome;

    public sealed record UnknownEndpoint(EndpointName Endpoint) : AbTestOutcome;

    public sealed record UnknownModel(ModelName Model) : AbTestOutcome;

    public sealed record UnknownVersion(ModelName Model, int Version) : AbTestOutcome;

    /// <summary>There is no arm of that name beside the control.</summary>
    public sealed record UnknownArm(string Arm) : AbTestOutcome;

    /// <summary>The test no longer carries the expected tag.</summary>
    public sealed record Stale : AbTestOutcome;

    /// <summary>Not in the state that it, its endpoint or its models are in.</summary>
    public sealed record Refused(string Reason) : AbTestOutcome;
}
