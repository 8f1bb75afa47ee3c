using System.Text.Json.Nodes;

namespace Mlops.Cli.Training;

/// <summary>How far a training has come, read from its state.</summary>
internal static class TrainingProgress
{
    /// <summary>The steps of a training without a search.</summary>
    private const double Steps = 11;

    /// <summary>From 0 to 1. Steps count equally, the learner's own progress within training; a search counts for as much as all
    /// others together.</summary>
    public static double Share(JsonNode state)
    {
        if (state["state"]!.GetValue<string>() is "completed" or "failed" or "cancelled")
        {
            return 1;
        }

        var steps = state["status"]?["steps"]?.AsArray() ?? [];
        var done = steps.Count(step => step!["endedAt"] is not null && !IsSearch(step)) / Steps;
        if (Step(state).Equals("trainAndExport", StringComparison.OrdinalIgnoreCase) && state["progress"] is { } progress)
        {
            done += progress["completed"]!.GetValue<double>() / Math.Max(1, progress["total"]!.GetValue<double>()) / Steps;
        }

        if (state["study"] is not { } study)
        {
            return done;
        }

        var counts = study["counts"]!;
        var trials = (counts["total"]!.GetValue<double>() - counts["running"]!.GetValue<double>())
            / Math.Max(1, study["maxTrials"]!.GetValue<double>());
        return (done + (steps.Any(step => IsSearch(step!) && step!["endedAt"] is not null) ? 1 : trials)) / 2;
    }

    /// <summary>The step under way.</summary>
    public static string Step(JsonNode state) =>
        state["status"]?["steps"]?.AsArray().LastOrDefault()?["step"]?.GetValue<string>() ?? state["state"]!.GetValue<string>();

    /// <summary>The step under way, and of a search how far it is and its best so far.</summary>
    public static string Said(JsonNode state)
    {
        if (state["study"] is not { } study || !Step(state).Equals("search", StringComparison.OrdinalIgnoreCase))
        {
            return Step(state);
        }

        var best = study["best"]?["values"]?[0]?.GetValue<double>();
        var counts = study["counts"]!;
        var said = FormattableString.Invariant($"search: {counts["total"]} of at most {study["maxTrials"]} trials");
        return best is null ? said : FormattableString.Invariant($"{said}, best {study["objectives"]![0]!["metric"]} {best:0.#####}");
    }

    public static string Outcome(JsonNode state) => state["result"]?["outcome"]?.GetValue<string>() switch
    {
        "promoted" => $"version {state["result"]!["version"]} passed its gates",
        "registered" => $"version {state["result"]!["version"]} missed a gate",
        "refused" => $"refused: {state["result"]!["reason"]}",
        _ => state["failure"] is { } failure ? $"{state["state"]}: {failure}" : state["state"]!.GetValue<string>(),
    };

    private static bool IsSearch(JsonNode step) => step["step"]!.GetValue<string>().Equals("search", StringComparison.OrdinalIgnoreCase);
}
