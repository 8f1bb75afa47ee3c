using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Mlops.Cli.Training;
using Spectre.Console;

namespace Mlops.Cli;

/// <summary>What a command shows: a line for each step with its time, a bar while something trains, plain lines in a log.</summary>
internal sealed class StepScreen(IAnsiConsole console)
{
    private const int NameWidth = 27;

    private readonly bool _live = console.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    /// <summary>Standard output: colours and bars in a terminal, plain text in a file or a pipe.</summary>
    public static IAnsiConsole Terminal()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        plain.Profile.Width = 100;
        return plain;
    }

    public void Title(string text)
    {
        console.WriteLine();
        console.Write(new Rule($"[bold]{Markup.Escape(text)}[/]").LeftJustified());
    }

    /// <summary>Does a step and shows what came of it and how long it took.</summary>
    public async Task<T> StepAsync<T>(string name, Func<Task<(T Value, string Said)>> step)
    {
        var started = Stopwatch.GetTimestamp();
        var (value, said) = _live
            ? await console.Status().StartAsync(name, _ => step())
            : await step();
        Done(name, said, Stopwatch.GetElapsedTime(started));
        return value;
    }

    /// <summary>Follows a training to its end.</summary>
    /// <returns>The training's last state.</returns>
    public async Task<JsonNode> TrainingAsync(string name, IAsyncEnumerable<JsonNode> states, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        JsonNode? last = null;
        if (_live)
        {
            await console.Progress().AutoClear(true).HideCompleted(true)
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn(),
                    new PercentageColumn(),
                    new SpinnerColumn())
                .StartAsync(async progress =>
                {
                    var bar = progress.AddTask(Markup.Escape(name), maxValue: 1);
                    await foreach (var state in states.WithCancellation(cancellationToken))
                    {
                        last = state;
                        bar.Value = TrainingProgress.Share(state);
                        bar.Description = Markup.Escape($"{name}: {TrainingProgress.Said(state)}");
                    }
                });
        }
        else
        {
            var shown = "";
            await foreach (var state in states.WithCancellation(cancellationToken))
            {
                last = state;
                var step = TrainingProgress.Said(state);
                if (step != shown)
                {
                    shown = step;
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {TrainingProgress.Share(state) * 100,3:0} %  {step}"));
                }
            }
        }

        if (last is null)
        {
            throw new CheckFailedException($"{name} told nothing of itself.");
        }

        Done(name, TrainingProgress.Outcome(last), Stopwatch.GetElapsedTime(started));
        foreach (var line in StepTimes(last))
        {
            console.MarkupLine($"    [grey]{Markup.Escape(line)}[/]");
        }

        return last;
    }

    public void Done(string name, string said, TimeSpan took) => console.MarkupLine(string.Create(
        CultureInfo.InvariantCulture,
        $"[green]✓[/] {Markup.Escape(name.PadRight(NameWidth))} {Markup.Escape(said)} [grey]{took.TotalSeconds:0.00} s[/]"));

    public void Failed(string reason) => console.MarkupLine($"[red]✗ {Markup.Escape(reason)}[/]");

    public void Show(Table table) => console.Write(table);

    public void Say(string text) => console.MarkupLine(text);

    private static IEnumerable<string> StepTimes(JsonNode state)
    {
        var times = (state["status"]?["steps"]?.AsArray() ?? [])
            .Where(step => step!["endedAt"] is not null)
            .Select(step => string.Create(
                CultureInfo.InvariantCulture,
                $"{step!["step"]} {(step["endedAt"]!.GetValue<DateTime>() - step["startedAt"]!.GetValue<DateTime>()).TotalSeconds:0.00}"));
        return times.Chunk(4).Select(line => string.Join(" · ", line));
    }
}
