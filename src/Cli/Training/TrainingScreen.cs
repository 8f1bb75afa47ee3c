using System.Text.Json.Nodes;
using Mlops.Cli.Studies;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mlops.Cli.Training;

/// <summary>A training as it runs: a live bar with a table of trials in a terminal, a line for each step and trial in a log.</summary>
internal sealed class TrainingScreen(IAnsiConsole console)
{
    private const int MostTrials = 12;
    private const int BarWidth = 30;

    private readonly bool _live = console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi;
    private readonly HashSet<int> _told = [];
    private string _step = "";

    /// <param name="follow">Is given what shows a state and its trials.</param>
    public async Task RunAsync(Func<Action<JsonNode, IReadOnlyList<JsonNode>>, Task> follow)
    {
        JsonNode? last = null;
        if (_live)
        {
            await console.Live(new Text("")).AutoClear(false).StartAsync(live => follow((state, trials) =>
            {
                last = state;
                live.UpdateTarget(Picture(state, trials));
            }));
        }
        else
        {
            await follow((state, trials) =>
            {
                last = state;
                Tell(state, trials);
            });
        }

        if (last is not null)
        {
            console.WriteLine(Outcome(last));
            Verdict(last);
        }
    }

    private static Rows Picture(JsonNode state, IReadOnlyList<JsonNode> trials)
    {
        var share = TrainingProgress.Share(state);
        var filled = (int)Math.Round(share * BarWidth);
        var bar = $"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/]";
        var line = new Markup($"{bar} {share * 100,3:0} %  {Markup.Escape(TrainingProgress.Said(state))}");
        return new Rows(trials.Count is 0 || state["study"] is not { } study
            ? new IRenderable[] { line }
            : [TrialTable.Of(study, trials, MostTrials), line]);
    }

    private void Tell(JsonNode state, IReadOnlyList<JsonNode> trials)
    {
        var step = TrainingProgress.Step(state);
        if (step != _step)
        {
            _step = step;
            console.WriteLine(FormattableString.Invariant($"    {TrainingProgress.Share(state) * 100,3:0} %  {step}"));
        }

        foreach (var trial in trials.Where(TrialTable.HasEnded).Where(trial => _told.Add(trial["number"]!.GetValue<int>())))
        {
            console.WriteLine(TrialTable.Line(state["study"]!, trial));
        }
    }

    private static string Outcome(JsonNode state) => TrainingProgress.Outcome(state);

    private void Verdict(JsonNode state)
    {
        foreach (var finding in state["result"]?["verdict"]?["findings"]?.AsArray() ?? [])
        {
            var mark = finding!["passed"]!.GetValue<bool>() ? "[green]✓[/]" : "[red]✗[/]";
            console.MarkupLine($"{mark} {Markup.Escape($"{finding["gate"]}: {finding["detail"]}")}");
        }

        foreach (var warning in state["status"]?["warnings"]?.AsArray() ?? [])
        {
            console.MarkupLine($"[yellow]![/] {Markup.Escape($"{warning}")}");
        }
    }
}
