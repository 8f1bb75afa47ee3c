using Microsoft.AspNetCore.Http;
using Mlops.AbTesting;
using Mlops.Api.Serving;
using Mlops.Http;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Api.AbTesting;

/// <summary>A test to describe.</summary>
/// <param name="Control">The arm that the others are compared with.</param>
/// <param name="Treatments">1 to 8 other arms.</param>
/// <param name="Metric">What decides.</param>
/// <param name="Goal">Where the metric is better; <c>decrease</c> for errors and latency and <c>increase</c> for the others if
/// absent.</param>
/// <param name="Alpha">The chance allowed to ever see a difference where there is none; 0.05 if absent.</param>
/// <param name="MinimumEffect">The smallest difference that matters, in the metric's unit.</param>
/// <param name="Power">The chance that it must have had to show before the test gives up; 0.8 if absent.</param>
/// <param name="MinimumUnits">Of an arm and of the control before the metric may decide; 1,000 if absent.</param>
/// <param name="MinimumDays">Before the metric may decide; 0 if absent.</param>
/// <param name="MaximumUnits">Of all arms at which the test ends undecided; 200,000 if absent, 1,000,000 at most.</param>
/// <param name="PlannedUnits">Of two arms at which intervals are narrowest; 5,000 if absent.</param>
/// <param name="ExpectedRate">Of a conversion: the control's as far as known.</param>
/// <param name="Decide">What the test does by itself; <c>recommend</c> if absent.</param>
/// <param name="Alias">What the version gets that is shipped; <c>champion</c> if absent.</param>
public sealed record NewAbTest(
    string Name,
    string Endpoint,
    NewArm Control,
    IReadOnlyList<NewArm> Treatments,
    TestMetric Metric,
    MetricGoal? Goal = null,
    double? Alpha = null,
    double? MinimumEffect = null,
    double? Power = null,
    long? MinimumUnits = null,
    int? MinimumDays = null,
    long? MaximumUnits = null,
    long? PlannedUnits = null,
    double? ExpectedRate = null,
    IReadOnlyList<NewGuardrail>? Guardrails = null,
    Covariate? Covariate = null,
    AutoDecision? Decide = null,
    string? Alias = null,
    string? Hypothesis = null);

/// <param name="Margin">The loss tolerated, in the metric's unit, from 0.</param>
/// <param name="Goal">As of the test's metric.</param>
public sealed record NewGuardrail(TestMetric Metric, double Margin, MetricGoal? Goal = null);

/// <summary>How a test is to end.</summary>
/// <param name="Ship">The arm whose version is promoted; the control stays if absent.</param>
/// <param name="Reason">For the history.</param>
public sealed record AbTestStop(string? Ship = null, string? Reason = null);

/// <summary>An arm of a test.</summary>
/// <param name="Version">The one asked for, or the one that the alias named when the test started.</param>
public sealed record TestArmView(
    string Name, ModelName Model, AliasName? Alias, int? Version, double Weight, IReadOnlyList<string>? Steps)
{
    internal static TestArmView Of(TestArm arm) =>
        new(arm.Name, arm.Target.Model, arm.Target.Alias, arm.Version ?? arm.Target.Version, arm.Weight, arm.Steps);
}

/// <summary>A test as callers see it.</summary>
public sealed record AbTestView(
    AbTestName Name,
    EndpointName Endpoint,
    AbTestState State,
    string? Hypothesis,
    TestArmView Control,
    IReadOnlyList<TestArmView> Treatments,
    TestMetric Metric,
    MetricGoal Goal,
    double Alpha,
    double? MinimumEffect,
    double Power,
    long MinimumUnits,
    int MinimumDays,
    long MaximumUnits,
    long PlannedUnits,
    double? ExpectedRate,
    IReadOnlyList<Guardrail> Guardrails,
    Covariate? Covariate,
    AutoDecision Decide,
    AliasName Alias,
    string Salt,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? StartedAt,
    TestConclusion? Conclusion,
    IReadOnlyList<TestEvent> History)
{
    internal static AbTestView Of(AbTest test)
    {
        var plan = test.Plan;
        return new AbTestView(
            test.Name,
            plan.Endpoint,
            test.State,
            plan.Hypothesis,
            TestArmView.Of(plan.Control),
            [.. plan.Treatments.Select(TestArmView.Of)],
            plan.Metric,
            plan.Goal,
            plan.Alpha,
            plan.MinimumEffect,
            plan.Power,
            plan.MinimumUnits,
            plan.MinimumDays,
            plan.MaximumUnits,
            plan.PlannedUnits,
            plan.ExpectedRate,
            plan.Guardrails ?? [],
            plan.Covariate,
            plan.Decide,
            plan.Alias,
            test.Salt,
            test.CreatedAt,
            test.CreatedBy,
            test.StartedAt,
            test.Conclusion,
            test.History);
    }
}

/// <summary>Reads what callers say of tests; all that is wrong is said at once.</summary>
internal static class AbTestRequests
{
    private const int MaxText = 2_000;
    private const int MaxName = 256;
    private const int MaxPrePeriodDays = 31;
    private const int MaxMinimumDays = 365;
    private const string NameShape = "a lower-case letter, then up to 62 lower-case letters, digits or hyphens";

    public static AbTestName Name(string text) => Incoming.Value<AbTestName>(text, "name", NameShape);

    public static string NoTest(string name) => $"There is no A/B test '{name}'.";

    /// <param name="stepOf">The step of a name; null if there is none.</param>
    /// <exception cref="ProblemException">400, naming every field that is wrong.</exception>
    public static (AbTestName Name, TestPlan Plan) Read(NewAbTest asked, Func<string, IPredictionStep?> stepOf)
    {
        var errors = new List<FieldError>();
        void Require(bool holds, string field, string expected)
        {
            if (!holds)
            {
                errors.Add(new FieldError(field, expected));
            }
        }

        Require(AbTestName.TryParse(asked.Name, null, out var name), "name", $"expected {NameShape}");
        Require(EndpointName.TryParse(asked.Endpoint, null, out var endpoint), "endpoint", "expected the name of an endpoint");
        var alias = AliasName.Champion;
        Require(
            asked.Alias is null || AliasName.TryParse(asked.Alias, null, out alias), "alias", "expected the name of an alias");
        Require(
            asked.Treatments.Count is > 0 and <= TestPlan.MaxTreatments,
            "treatments", $"expected 1 to {TestPlan.MaxTreatments} arms, found {asked.Treatments.Count}");
        var control = Arm("control", asked.Control, [], stepOf, errors);
        var treatments = new List<TestArm>();
        var names = new List<string> { asked.Control.Name };
        foreach (var (arm, index) in asked.Treatments.Take(TestPlan.MaxTreatments).Select((arm, index) => (arm, index)))
        {
            if (Arm($"treatments[{index}]", arm, names, stepOf, errors) is { } treatment)
            {
                treatments.Add(treatment);
                names.Add(treatment.Name);
            }
        }

        CheckMetric("metric", asked.Metric, errors);
        Require(IsBetween0And1(asked.Alpha), "alpha", "expected a number above 0 and below 1");
        Require(IsBetween0And1(asked.Power), "power", "expected a number above 0 and below 1");
        Require(
            asked.MinimumEffect is null || (asked.MinimumEffect > 0 && double.IsFinite(asked.MinimumEffect.Value)),
            "minimumEffect", "expected a number above 0");
        Require(
            asked.MinimumUnits is null or (>= 0 and <= TestPlan.MostUnits),
            "minimumUnits", $"expected a whole number from 0 to {TestPlan.MostUnits}");
        Require(
            asked.MinimumDays is null or (>= 0 and <= MaxMinimumDays),
            "minimumDays", $"expected a whole number from 0 to {MaxMinimumDays}");
        Require(
            asked.MaximumUnits is null or (>= 2 and <= TestPlan.MostUnits),
            "maximumUnits", $"expected a whole number from 2 to {TestPlan.MostUnits}");
        Require(
            asked.PlannedUnits is null or (>= 2 and <= TestPlan.MostUnits),
            "plannedUnits", $"expected a whole number from 2 to {TestPlan.MostUnits}");
        Require(IsBetween0And1(asked.ExpectedRate), "expectedRate", "expected a number above 0 and below 1");
        Require(
            asked.ExpectedRate is null || asked.Metric.Kind is MetricKind.Conversion, "expectedRate", "is for conversions");
        CheckGuardrails(asked.Guardrails ?? [], errors);
        CheckCovariate(asked.Covariate, errors);
        Require(asked.Hypothesis is not { Length: > MaxText }, "hypothesis", $"expected at most {MaxText} characters");
        return errors.Count is 0 && name is not null && endpoint is not null && control is not null
            ? (name, Plan(asked, endpoint, control, treatments, alias ?? AliasName.Champion))
            : throw new ProblemException(StatusCodes.Status400BadRequest, Sentence(errors), errors);
    }

    /// <exception cref="ProblemException">400: the reason is too long.</exception>
    public static string Reason(AbTestStop asked) => asked.Reason is { Length: > MaxText }
        ? throw new ProblemException(
            StatusCodes.Status400BadRequest, new FieldError("reason", $"expected at most {MaxText} characters"))
        : asked.Reason ?? (asked.Ship is null ? "Stopped by hand." : $"'{asked.Ship}' was shipped by hand.");

    private static TestPlan Plan(
        NewAbTest asked, EndpointName endpoint, TestArm control, List<TestArm> treatments, AliasName alias)
    {
        var usual = new TestPlan(endpoint, control, treatments, asked.Metric, Goal(asked.Metric, asked.Goal), alias);
        return usual with
        {
            Alpha = asked.Alpha ?? usual.Alpha,
            MinimumEffect = asked.MinimumEffect,
            Power = asked.Power ?? usual.Power,
            MinimumUnits = asked.MinimumUnits ?? usual.MinimumUnits,
            MinimumDays = asked.MinimumDays ?? usual.MinimumDays,
            MaximumUnits = asked.MaximumUnits ?? usual.MaximumUnits,
            PlannedUnits = asked.PlannedUnits ?? usual.PlannedUnits,
            ExpectedRate = asked.ExpectedRate,
            Guardrails = [.. (asked.Guardrails ?? []).Select(
                guardrail => new Guardrail(guardrail.Metric, Goal(guardrail.Metric, guardrail.Goal), guardrail.Margin))],
            Covariate = asked.Covariate,
            Decide = asked.Decide ?? usual.Decide,
            Hypothesis = asked.Hypothesis,
        };
    }

    private static MetricGoal Goal(TestMetric metric, MetricGoal? asked) =>
        asked ?? (metric.Kind is MetricKind.AbsoluteError or MetricKind.Latency ? MetricGoal.Decrease : MetricGoal.Increase);

    private static TestArm? Arm(
        string path, NewArm? asked, IEnumerable<string> before, Func<string, IPredictionStep?> stepOf, List<FieldError> errors)
    {
        if (asked is null)
        {
            errors.Add(new FieldError(path, "expected an object, found null"));
            return null;
        }

        if (asked.Weight is 0)
        {
            errors.Add(new FieldError($"{path}.weight", "expected a number above 0"));
        }

        return EndpointRequests.Arm(path, asked, before, stepOf, errors) is { } arm
            ? new TestArm(arm.Name, arm.Target, arm.Weight, arm.Steps)
            : null;
    }

    private static void CheckMetric(string path, TestMetric metric, List<FieldError> errors)
    {
        if (metric.Label is { } label && metric.Kind is not MetricKind.Conversion)
        {
            errors.Add(new FieldError($"{path}.label", "is for conversions"));
        }
        else if (metric.Label is { Length: 0 or > MaxName })
        {
            errors.Add(new FieldError($"{path}.label", $"expected 1 to {MaxName} characters"));
        }
    }

    private static void CheckGuardrails(IReadOnlyList<NewGuardrail?> guardrails, List<FieldError> errors)
    {
        if (guardrails.Count > TestPlan.MaxGuardrails)
        {
            errors.Add(new FieldError("guardrails", $"expected at most {TestPlan.MaxGuardrails}, found {guardrails.Count}"));
        }

        foreach (var (guardrail, index) in guardrails.Take(TestPlan.MaxGuardrails).Select((guardrail, index) => (guardrail, index)))
        {
            if (guardrail is null)
            {
                errors.Add(new FieldError($"guardrails[{index}]", "expected an object, found null"));
                continue;
            }

            CheckMetric($"guardrails[{index}].metric", guardrail.Metric, errors);
            if (!(guardrail.Margin >= 0 && double.IsFinite(guardrail.Margin)))
            {
                errors.Add(new FieldError($"guardrails[{index}].margin", "expected a number from 0"));
            }
            else if (guardrail.Metric.Kind is MetricKind.Conversion && guardrail.Margin >= 1)
            {
                errors.Add(new FieldError($"guardrails[{index}].margin", "expected a number from 0 and below 1 for a conversion"));
            }
        }
    }

    private static void CheckCovariate(Covariate? covariate, List<FieldError> errors)
    {
        if (covariate is null)
        {
            return;
        }

        if ((covariate.Input is null) == (covariate.PrePeriodDays is null))
        {
            errors.Add(new FieldError("covariate", "expected one of input and prePeriodDays"));
        }

        if (covariate.Input is { Length: 0 or > MaxName })
        {
            errors.Add(new FieldError("covariate.input", $"expected 1 to {MaxName} characters"));
        }

        if (covariate.PrePeriodDays is not (null or (>= 1 and <= MaxPrePeriodDays)))
        {
            errors.Add(new FieldError("covariate.prePeriodDays", $"expected a whole number from 1 to {MaxPrePeriodDays}"));
        }
    }

    private static bool IsBetween0And1(double? number) => number is null or (> 0 and < 1);

    private static string Sentence(List<FieldError> errors) =>
        errors is [var only] ? $"{only.Field}: {only.Message}" : "The test cannot be so. See errors.";
}
