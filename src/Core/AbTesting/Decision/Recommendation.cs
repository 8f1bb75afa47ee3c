using System.Globalization;
using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>Why a test should stop without a winner.</summary>
public enum StopCause { SampleRatioMismatch, Harm, Worse }

/// <summary>What to do about a test, and why, in words with numbers.</summary>
[JsonDerivedType(typeof(Ship), "ship")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Continue), "continue")]
[JsonDerivedType(typeof(Inconclusive), "inconclusive")]
public abstract record Recommendation
{
    private Recommendation(string reason) => Reason = reason;

    /// <summary>For a person.</summary>
    public string Reason { get; }

    /// <summary>An arm is better than the control and no guardrail of it is in danger.</summary>
    public sealed record Ship(string Arm, string Reason) : Recommendation(Reason);

    /// <summary>Keep the control: no arm is left, or the test itself is broken.</summary>
    public sealed record Stop(StopCause Cause, string Reason) : Recommendation(Reason);

    /// <summary>Not decided yet.</summary>
    /// <param name="Lost">Arms that should get no more units.</param>
    public sealed record Continue(IReadOnlyList<string> Lost, string Reason) : Recommendation(Reason);

    /// <summary>The units are used up and nothing is shown; that is no proof that arms are equal or safe.</summary>
    public sealed record Inconclusive(string Reason) : Recommendation(Reason);

    public static Recommendation Of(TestEvidence test, StoppingRule rule)
    {
        if (test.SampleRatioP < rule.SampleRatioAlpha)
        {
            var shortfall = Text($"(p = {test.SampleRatioP:G2}, under {rule.SampleRatioAlpha:G2})");
            return new Stop(StopCause.SampleRatioMismatch, Text(
                $"{test.Units:N0} units did not come to the arms by their weights: {Units(test)} {shortfall}. Arms cannot be compared."));
        }

        var losses = test.Arms.ToDictionary(arm => arm, arm => LossOf(arm, test, rule));
        if (losses.Values.All(loss => loss is not null))
        {
            var cause = losses.Values.Any(loss => loss!.Cause is StopCause.Harm) ? StopCause.Harm : StopCause.Worse;
            return new Stop(cause, string.Join(' ', losses.Values.Select(loss => loss!.Why)));
        }

        var left = test.Arms.Where(arm => losses[arm] is null).ToList();
        if (left.Where(arm => IsWinner(arm, test, rule)).MaxBy(arm => arm.Primary.Gain) is { } winner)
        {
            return new Ship(winner.Arm, Text($"{Difference(winner.Primary, test.Control, winner.Arm)}{Safety(winner)}"));
        }

        var undecided = string.Join(' ', [
            .. losses.Values.OfType<Loss>().Select(loss => loss.Why), .. left.Select(arm => WhyNotYet(arm, test, rule))]);
        if (left.All(arm => HasHadItsChance(arm, test, rule)))
        {
            var chance = left.Min(arm => arm.Primary.Power ?? 0);
            var given = Text($"The smallest difference that matters would have shown by now with a chance of {100 * chance:F0} %");
            return new Inconclusive($"{given}, and has not. {undecided}");
        }

        return test.Units >= rule.MaximumUnits
            ? new Inconclusive(Text($"All {rule.MaximumUnits:N0} units are used ({test.Units:N0} came). {undecided}"))
            : new Continue(
                [.. losses.Where(loss => loss.Value is not null).Select(loss => loss.Key.Arm)],
                Text($"{test.Units:N0} of {rule.MaximumUnits:N0} units are in. {undecided}"));
    }

    private static Loss? LossOf(ArmEvidence arm, TestEvidence test, StoppingRule rule)
    {
        if (arm.Guardrails.FirstOrDefault(guardrail => guardrail.BrokenP <= rule.Alpha) is { } broken)
        {
            var levels = Levels(broken.Now.Effect, test.Control);
            return new(StopCause.Harm, Text(
                $"'{arm.Arm}' harms {broken.Metric}: {levels}, worse by more than {broken.Now.Margin:G4} (p = {broken.BrokenP:G2})."));
        }

        var isWorse = HasSeenEnough(arm, test, rule) && arm.Primary.PValue <= rule.Alpha && arm.Primary.Gain < 0;
        return isWorse ? new(StopCause.Worse, Difference(arm.Primary, test.Control, arm.Arm)) : null;
    }

    private static bool IsWinner(ArmEvidence arm, TestEvidence test, StoppingRule rule) =>
        HasSeenEnough(arm, test, rule) && arm.Primary.PValue <= rule.Alpha && arm.Primary.Gain > 0
        && arm.Guardrails.All(guardrail => guardrail.SafeP <= rule.Alpha);

    private static bool HasHadItsChance(ArmEvidence arm, TestEvidence test, StoppingRule rule) =>
        HasSeenEnough(arm, test, rule) && arm.Primary.PValue > rule.Alpha && arm.Primary.Power >= rule.Power;

    private static bool HasSeenEnough(ArmEvidence arm, TestEvidence test, StoppingRule rule) =>
        test.NotBefore is null && Math.Min(arm.Units, test.ControlUnits) >= rule.MinimumUnits;

    private static string WhyNotYet(ArmEvidence arm, TestEvidence test, StoppingRule rule)
    {
        if (test.NotBefore is { } then)
        {
            return Text($"Nothing is decided on '{arm.Arm}' before {then.UtcDateTime:yyyy-MM-dd HH:mm} UTC.");
        }

        if (!HasSeenEnough(arm, test, rule))
        {
            return Text(
                $"'{arm.Arm}' has {arm.Units:N0} units and '{test.Control}' {test.ControlUnits:N0}; each needs {rule.MinimumUnits:N0}.");
        }

        if (arm.Primary.PValue > rule.Alpha)
        {
            var seen = arm.Primary.DetectableEffect is { } effect
                ? Text($" By now a difference of {effect:G3} would be likely to show.")
                : "";
            return Text($"{Difference(arm.Primary, test.Control, arm.Arm)}{seen}");
        }

        var open = arm.Guardrails.Where(guardrail => guardrail.SafeP > rule.Alpha).Select(OpenQuestion);
        return Text($"{Difference(arm.Primary, test.Control, arm.Arm)} But {string.Join(", and ", open)}.");
    }

    private static string OpenQuestion(GuardrailEvidence guardrail) => guardrail.Now.LeastGain < -guardrail.Now.Margin
        ? Text($"{guardrail.Metric} may still be worse by {-guardrail.Now.LeastGain:G3}, more than {guardrail.Now.Margin:G3}")
        : Text($"{guardrail.Metric} is not yet shown to be worse by no more than {guardrail.Now.Margin:G3} (p = {guardrail.SafeP:G2})");

    private static string Difference(PrimaryEvidence primary, string control, string arm)
    {
        const string Signed = "+0.#####;-0.#####;0";
        string Of(double number) => number.ToString(Signed, CultureInfo.InvariantCulture);
        var bounds = primary.Bounds is { } within
            ? $", difference {Of(primary.Effect.Difference)} within {Of(within.Low)} to {Of(within.High)}"
            : "";
        return Text($"'{arm}' has {primary.Metric} {Levels(primary.Effect, control)}{bounds} (p = {primary.PValue:G2}).");
    }

    private static string Levels(EffectEstimate effect, string control) =>
        Text($"{effect.Treatment:G4} against {effect.Control:G4} of '{control}'");

    private static string Safety(ArmEvidence arm)
    {
        var names = string.Join(", ", arm.Guardrails.Select(guardrail => guardrail.Metric));
        return arm.Guardrails.Count is 0
            ? ""
            : Text($" Within its margin: {names} (p at most {arm.Guardrails.Max(guardrail => guardrail.SafeP):G2}).");
    }

    private static string Units(TestEvidence test) => string.Join(", ", [
        Text($"'{test.Control}' has {test.ControlUnits:N0}"), .. test.Arms.Select(arm => Text($"'{arm.Arm}' {arm.Units:N0}"))]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Loss(StopCause Cause, string Why);
}
