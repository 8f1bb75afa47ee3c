using System.Text.Json.Serialization;

namespace Mlops.Serving;

/// <summary>How an endpoint chooses among its arms.</summary>
public enum PolicyKind
{
    /// <summary>One arm answers everything.</summary>
    Fixed,

    /// <summary>A new version takes a share beside the one that serves.</summary>
    Canary,

    /// <summary>Arms that are compared; shares stay while the test runs.</summary>
    AbTest,

    /// <summary>Arms whose shares follow their rewards.</summary>
    Bandit,
}

/// <summary>One of the versions that an endpoint may answer with.</summary>
/// <param name="Name">Stays the same when the target moves: units are assigned by it.</param>
/// <param name="Weight">Not negative; the arm's share is this over the sum of all.</param>
/// <param name="Steps">What is done in C# before and after scoring, in order; see <see cref="IPredictionStep"/>.</param>
public sealed record Arm(string Name, EndpointTarget Target, double Weight = 1, IReadOnlyList<string>? Steps = null);

/// <summary>Where a request names its unit: exactly one of the three.</summary>
/// <param name="Body">Names from the outside in, joined by dots: <c>parameters.user</c>.</param>
public sealed record UnitSource(string? Header = null, string? Cookie = null, string? Body = null);

/// <summary>A version that gets a copy of some requests after they are answered; its answers are compared and thrown away.</summary>
/// <param name="Share">Of the requests, in (0, 1].</param>
/// <param name="Tolerance">How far a number may lie off and still agree.</param>
public sealed record Shadow(EndpointTarget Target, double Share = 1, double Tolerance = 1e-6);

/// <summary>What an endpoint routes to. Data: a change takes effect everywhere within two seconds, and no request is lost by it.</summary>
/// <param name="Salt">What makes the assignment of units unrelated to every other endpoint's and test's.</param>
/// <param name="Unit">Absent: every request is a unit of its own.</param>
public sealed record TrafficPolicy(
    PolicyKind Kind,
    IReadOnlyList<Arm> Arms,
    string Salt,
    UnitSource? Unit = null,
    Shadow? Shadow = null,
    BanditSettings? Bandit = null)
{
    /// <summary>The name of the only arm of an endpoint that was given a model instead of a policy.</summary>
    public const string OnlyArm = "main";

    /// <summary>No arm can have these names: requests carry them of which the policy had no say.</summary>
    public static IReadOnlyList<string> ReservedNames => RouteChoice.Reserved;

    public static TrafficPolicy Only(EndpointTarget target) => new(PolicyKind.Fixed, [new Arm(OnlyArm, target)], OnlyArm);

    /// <summary>What else the policy touches besides its arms.</summary>
    [JsonIgnore]
    public IEnumerable<EndpointTarget> Targets => Shadow is null
        ? Arms.Select(arm => arm.Target)
        : Arms.Select(arm => arm.Target).Append(Shadow.Target);
}

/// <summary>How a bandit moves the shares of its arms.</summary>
/// <param name="Floor">The least share of an arm, so that every arm stays comparable; times the number of arms at most 1.</param>
/// <param name="Epsilon">Of epsilon-greedy: the share that explores.</param>
/// <param name="Discount">What a day makes of the weight of a reward, in (0, 1]; 1 forgets nothing.</param>
public sealed record BanditSettings(
    BanditAlgorithm Algorithm = BanditAlgorithm.Thompson, double Floor = 0.02, double Epsilon = 0.1, double Discount = 1);

public enum BanditAlgorithm { Thompson, EpsilonGreedy, Ucb1 }
