using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Mlops.Http;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>An endpoint to create: a model, or a policy over several.</summary>
/// <param name="Alias">The alias to follow; this or a version.</param>
/// <param name="Version">The version to serve for good; this or an alias.</param>
/// <param name="Policy">How to choose among several versions; instead of a model.</param>
/// <param name="Log">How surely predictions are logged; <c>async</c> if absent.</param>
public sealed record NewEndpoint(
    string Name,
    string? Model = null,
    string? Alias = null,
    int? Version = null,
    NewPolicy? Policy = null,
    LogDurability? Log = null,
    string? Description = null);

/// <summary>What an endpoint shall be from now on; what is absent is removed.</summary>
public sealed record EndpointChange(
    string? Model = null,
    string? Alias = null,
    int? Version = null,
    NewPolicy? Policy = null,
    LogDurability? Log = null,
    string? Description = null);

/// <param name="Salt">The endpoint's name if absent.</param>
public sealed record NewPolicy(
    PolicyKind Kind,
    IReadOnlyList<NewArm?> Arms,
    string? Salt = null,
    UnitSource? Unit = null,
    NewShadow? Shadow = null,
    BanditSettings? Bandit = null);

/// <param name="Weight">Its share is this over the sum of all; 1 if absent.</param>
/// <param name="Steps">What is done before and after scoring.</param>
public sealed record NewArm(
    string Name, string Model, string? Alias = null, int? Version = null, double? Weight = null, IReadOnlyList<string>? Steps = null);

/// <param name="Share">Of the requests; all if absent.</param>
/// <param name="Tolerance">How far a number may lie off and still agree; 0.000001 if absent.</param>
public sealed record NewShadow(string Model, string? Alias = null, int? Version = null, double? Share = null, double? Tolerance = null);

/// <summary>An endpoint as callers see it.</summary>
/// <param name="Model">Of the first arm, as alias and version are.</param>
/// <param name="Learned">The shares that a bandit has learned.</param>
/// <param name="Status">How it is doing in the process that answers.</param>
/// <param name="ServedVersion">The version that process has in memory for the first arm.</param>
/// <param name="Problem">What is wrong, if something is.</param>
/// <param name="Arms">How each arm is doing there.</param>
/// <param name="Shadowed">How the shadow's answers compared there.</param>
public sealed record EndpointView(
    EndpointName Name,
    ModelName Model,
    AliasName? Alias,
    int? Version,
    TrafficPolicy Policy,
    LearnedShares? Learned,
    LogDurability Log,
    int Revision,
    string? Description,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset UpdatedAt,
    EndpointStatus Status,
    int? ServedVersion,
    string? Problem,
    IReadOnlyList<ArmHealth> Arms,
    ShadowComparison? Shadowed)
{
    internal static EndpointView Of(Mlops.Serving.Endpoint endpoint, EndpointHealth? health, ShadowTally? shadowed)
    {
        var first = endpoint.Policy.Arms[0].Target;
        return new EndpointView(
            endpoint.Name,
            first.Model,
            first.Alias,
            first.Version,
            endpoint.Policy,
            endpoint.Learned,
            endpoint.Log,
            endpoint.Revision,
            endpoint.Description,
            endpoint.CreatedAt,
            endpoint.CreatedBy,
            endpoint.UpdatedAt,
            health?.Status ?? EndpointStatus.Idle,
            health?.Version,
            health?.Reason,
            health?.Arms ?? [],
            endpoint.Policy.Shadow is null ? null : shadowed?.Sums);
    }
}

/// <summary>Reads what callers say of endpoints; all that is wrong is said at once.</summary>
internal static partial class EndpointRequests
{
    private const int MaxDescription = 2_000;
    private const int MaxSteps = 8;

    /// <param name="field">What the name is called where it stands.</param>
    public static EndpointName Name(string text, string field = "name") => Incoming.Value<EndpointName>(
        text, field, "a lower-case letter, then up to 62 lower-case letters, digits or hyphens");

    public static string NoEndpoint(string name) => $"There is no endpoint '{name}'.";

    /// <param name="stepOf">The step of a name; null if there is none.</param>
    /// <exception cref="ProblemException">400, naming every field that is wrong.</exception>
    public static EndpointDefinition Definition(EndpointName name, EndpointChange asked, Func<string, IPredictionStep?> stepOf)
    {
        var errors = new List<FieldError>();
        if (asked.Description is { Length: > MaxDescription })
        {
            errors.Add(new FieldError("description", $"expected at most {MaxDescription} characters"));
        }

        TrafficPolicy? policy = null;
        if (asked.Policy is { } wanted)
        {
            if (asked.Model is not null || asked.Alias is not null || asked.Version is not null)
            {
                errors.Add(new FieldError("model", "expected either a model or a policy, and not both"));
            }

            policy = Policy(name, wanted, stepOf, errors);
        }
        else if (asked.Model is not { } model)
        {
            errors.Add(new FieldError("model", "expected a model, or a policy over several"));
        }
        else if (Target("", model, asked.Alias, asked.Version, errors) is { } target)
        {
            policy = TrafficPolicy.Only(target);
        }

        return policy is not null && errors.Count is 0
            ? new EndpointDefinition(policy, asked.Description, asked.Log ?? LogDurability.Async)
            : throw new ProblemException(StatusCodes.Status400BadRequest, Sentence(errors), errors);
    }

    private static string Sentence(List<FieldError> errors) =>
        errors is [var only] ? $"{only.Field}: {only.Message}" : "The endpoint cannot be so. See errors.";

    private static TrafficPolicy? Policy(
        EndpointName name, NewPolicy asked, Func<string, IPredictionStep?> stepOf, List<FieldError> errors)
    {
        var (fewest, most) = asked.Kind switch
        {
            PolicyKind.Fixed => (1, 1),
            PolicyKind.Canary => (2, 2),
            _ => (2, ArmWeights.MaxArms),
        };
        if (asked.Arms.Count < fewest || asked.Arms.Count > most)
        {
            var expected = fewest == most ? $"{fewest}" : $"{fewest} to {most}";
            errors.Add(new FieldError("policy.arms", $"expected {expected} for this kind of policy, found {asked.Arms.Count}"));
        }

        List<Arm> arms = [];
        for (var i = 0; i < Math.Min(asked.Arms.Count, most); i++)
        {
            var before = asked.Arms.Take(i).OfType<NewArm>().Select(arm => arm.Name);
            if (asked.Arms[i] is not { } wanted)
            {
                errors.Add(new FieldError($"policy.arms[{i}]", "expected an object, found null"));
            }
            else if (Arm($"policy.arms[{i}]", wanted, before, stepOf, errors) is { } arm)
            {
                arms.Add(arm);
            }
        }

        if (asked.Arms.Count > 0 && asked.Arms.All(arm => arm is { Weight: 0 }))
        {
            errors.Add(new FieldError("policy.arms", "expected at least one arm with a weight above 0"));
        }

        if (asked.Salt is { } salt && !SaltShape().IsMatch(salt))
        {
            errors.Add(new FieldError("policy.salt", "expected 1 to 64 letters, digits, hyphens, dots, colons or underscores"));
        }

        CheckUnit(asked.Unit, errors);
        CheckBandit(asked, errors);
        var shadow = asked.Shadow is { } mirrored ? Shadow(mirrored, errors) : null;
        return errors.Count is 0
            ? new TrafficPolicy(
                asked.Kind,
                arms,
                asked.Salt ?? name.Value,
                asked.Unit,
                shadow,
                asked.Kind is PolicyKind.Bandit ? asked.Bandit ?? new BanditSettings() : null)
            : null;
    }

    /// <returns>Null if its target is wrong; then, and if anything else is, there are errors.</returns>
    internal static Arm? Arm(
        string path, NewArm asked, IEnumerable<string> before, Func<string, IPredictionStep?> stepOf, List<FieldError> errors)
    {
        if (!ArmShape().IsMatch(asked.Name))
        {
            errors.Add(new FieldError($"{path}.name", "expected a lower-case letter, then up to 31 lower-case letters, digits or hyphens"));
        }
        else if (TrafficPolicy.ReservedNames.Contains(asked.Name))
        {
            errors.Add(new FieldError($"{path}.name", $"'{asked.Name}' has a meaning of its own; expected another name"));
        }
        else if (before.Contains(asked.Name))
        {
            errors.Add(new FieldError($"{path}.name", $"there is an arm '{asked.Name}' already"));
        }

        if (asked.Weight is { } weight && !(weight >= 0 && double.IsFinite(weight)))
        {
            errors.Add(new FieldError($"{path}.weight", "expected a number from 0"));
        }

        var steps = asked.Steps ?? [];
        if (steps.Count > MaxSteps)
        {
            errors.Add(new FieldError($"{path}.steps", $"expected at most {MaxSteps}"));
        }

        errors.AddRange(steps
            .Select((step, index) => (step, index))
            .Where(named => named.step is null || stepOf(named.step) is null)
            .Select(named => new FieldError($"{path}.steps[{named.index}]", $"there is no step '{named.step}'")));
        return Target($"{path}.", asked.Model, asked.Alias, asked.Version, errors) is { } target
            ? new Arm(asked.Name, target, asked.Weight ?? 1, asked.Steps)
            : null;
    }

    private static Shadow? Shadow(NewShadow asked, List<FieldError> errors)
    {
        if (asked.Share is { } share && !(share is > 0 and <= 1))
        {
            errors.Add(new FieldError("policy.shadow.share", "expected a number above 0, up to 1"));
        }

        if (asked.Tolerance is { } tolerance && !(tolerance >= 0 && double.IsFinite(tolerance)))
        {
            errors.Add(new FieldError("policy.shadow.tolerance", "expected a number from 0"));
        }

        return Target("policy.shadow.", asked.Model, asked.Alias, asked.Version, errors) is { } target
            ? new Shadow(target, asked.Share ?? 1, asked.Tolerance ?? 1e-6)
            : null;
    }

    private static void CheckUnit(UnitSource? unit, List<FieldError> errors)
    {
        if (unit is null)
        {
            return;
        }

        if (new[] { unit.Header, unit.Cookie, unit.Body }.Count(source => source is not null) is not 1)
        {
            errors.Add(new FieldError("policy.unit", "expected one of header, cookie and body"));
        }

        if ((unit.Header is { } header && !TokenShape().IsMatch(header)) || (unit.Cookie is { } cookie && !TokenShape().IsMatch(cookie)))
        {
            errors.Add(new FieldError(unit.Header is null ? "policy.unit.cookie" : "policy.unit.header", "expected a name of letters, digits, hyphens or underscores"));
        }

        if (unit.Body is { } path && !PathShape().IsMatch(path))
        {
            errors.Add(new FieldError("policy.unit.body", "expected names joined by dots, like parameters.user"));
        }
    }

    private static void CheckBandit(NewPolicy asked, List<FieldError> errors)
    {
        if (asked.Bandit is not { } bandit)
        {
            return;
        }

        if (asked.Kind is not PolicyKind.Bandit)
        {
            errors.Add(new FieldError("policy.bandit", "is for policies of the kind bandit"));
        }

        if (!(bandit.Floor >= 0 && bandit.Floor * asked.Arms.Count <= 1))
        {
            errors.Add(new FieldError("policy.bandit.floor", "expected a number from 0 that all arms can have together"));
        }

        if (!(bandit.Epsilon is >= 0 and <= 1))
        {
            errors.Add(new FieldError("policy.bandit.epsilon", "expected a number from 0 to 1"));
        }

        if (!(bandit.Discount is > 0 and <= 1))
        {
            errors.Add(new FieldError("policy.bandit.discount", "expected a number above 0, up to 1"));
        }
    }

    private static EndpointTarget? Target(string path, string model, string? alias, int? version, List<FieldError> errors)
    {
        var before = errors.Count;
        if (!ModelName.TryParse(model, null, out var name))
        {
            errors.Add(new FieldError($"{path}model", "expected the name of a registered model"));
        }

        AliasName? followed = null;
        if ((alias is null) == (version is null))
        {
            errors.Add(new FieldError($"{path}alias", "expected either 'alias' or 'version', and not both"));
        }
        else if (alias is not null && !AliasName.TryParse(alias, null, out followed))
        {
            errors.Add(new FieldError($"{path}alias", "expected the name of an alias"));
        }

        return errors.Count == before && name is not null ? new EndpointTarget(name, followed, version) : null;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,31}\z")]
    private static partial Regex ArmShape();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\z")]
    private static partial Regex SaltShape();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex TokenShape();

    [GeneratedRegex(@"^[^.\s]{1,64}(\.[^.\s]{1,64}){0,7}\z")]
    private static partial Regex PathShape();
}
