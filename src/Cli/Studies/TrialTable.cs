using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Mlops.Cli.Studies;

/// <summary>Trials as people read them: the best first, then those under way.</summary>
internal static class TrialTable
{
    private const int MaxParameters = 60;

    /// <param name="study">What the platform says of the search: its objectives.</param>
    /// <param name="most">How many trials are shown.</param>
    public static Table Of(JsonNode study, IReadOnlyList<JsonNode> trials, int most)
    {
        var objectives = study["objectives"]!.AsArray();
        var table = new Table().RoundedBorder().AddColumn(new TableColumn("trial").RightAligned()).AddColumn("state");
        foreach (var objective in objectives)
        {
            table.AddColumn(new TableColumn(Markup.Escape($"{objective!["metric"]}")).RightAligned());
        }

        table.AddColumn("s").AddColumn("parameters");
        var maximize = objectives[0]!["maximize"]!.GetValue<bool>();
        var shown = trials.Where(trial => State(trial) is "running")
            .Concat(trials.Where(trial => State(trial) is "complete").OrderBy(trial => Value(trial, 0) * (maximize ? -1 : 1)))
            .Concat(trials.Where(trial => State(trial) is "pruned" or "failed").Reverse())
            .Take(most);
        foreach (var trial in shown)
        {
            table.AddRow(
            [
                $"{trial["number"]}",
                Coloured(State(trial)),
                .. objectives.Select((_, index) => Value(trial, index)?.ToString("0.#####", CultureInfo.InvariantCulture) ?? ""),
                Seconds(trial),
                Markup.Escape(Parameters(trial)),
            ]);
        }

        return table;
    }

    /// <summary>A line for a log.</summary>
    public static string Line(JsonNode study, JsonNode trial)
    {
        var values = study["objectives"]!.AsArray().Select((objective, index) => string.Create(
            CultureInfo.InvariantCulture, $"{objective!["metric"]} {Value(trial, index):0.#####}"));
        var said = State(trial) is "complete" ? string.Join(", ", values) : State(trial);
        return $"    trial {trial["number"]}: {said}  {Parameters(trial)}";
    }

    public static bool HasEnded(JsonNode trial) => State(trial) is not "running";

    private static string State(JsonNode trial) => trial["state"]!.GetValue<string>();

    private static double? Value(JsonNode trial, int objective) => trial["values"]?[objective]?.GetValue<double>();

    private static string Coloured(string state) => state switch
    {
        "complete" => "[green]complete[/]",
        "failed" => "[red]failed[/]",
        "pruned" => "[yellow]pruned[/]",
        _ => $"[grey]{state}[/]",
    };

    private static string Seconds(JsonNode trial) =>
        trial["startedAt"]?.GetValue<DateTimeOffset>() is { } start && trial["endedAt"]?.GetValue<DateTimeOffset>() is { } end
            ? (end - start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)
            : "";

    private static string Parameters(JsonNode trial)
    {
        // Where the learner itself was searched for, its parameters carry its name.
        var parameters = trial["parameters"]!.AsObject();
        var prefix = parameters["learner"] is { } learner ? $"{learner}." : "";
        var text = string.Join(' ', parameters.Select(pair => pair.Key is "learner"
            ? $"{pair.Value}"
            : $"{(pair.Key.StartsWith(prefix, StringComparison.Ordinal) ? pair.Key[prefix.Length..] : pair.Key)}={Short(pair.Value!)}"));
        return text.Length > MaxParameters ? text[..(MaxParameters - 1)] + "…" : text;
    }

    private static string Short(JsonNode value) =>
        value.GetValueKind() is System.Text.Json.JsonValueKind.Number
            ? value.GetValue<double>().ToString("0.####", CultureInfo.InvariantCulture)
            : value.ToString();
}
