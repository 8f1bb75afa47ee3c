using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Mlops.Cli.Training;
using Spectre.Console;

namespace Mlops.Cli.Studies;

/// <summary><c>mlops study show TRAINING</c>: what a search has tried, what it found, and why.</summary>
internal static class StudyCommand
{
    private const double LeastShown = 0.005;

    public static Command Create(MlopsCommand mlops)
    {
        var training = new Argument<string>("training") { Description = "The id of the training that searches." };
        var top = new Option<int>("--top") { Description = "How many trials are shown.", DefaultValueFactory = _ => 20 };
        var watch = new Option<bool>("--watch", "-w") { Description = "Follows the search until the training has ended." };
        var show = mlops.Talking(
            new Command("show", "Shows the trials of a training's search.") { training, top, watch },
            async (parsed, client, cancellationToken) =>
            {
                var id = parsed.GetRequiredValue(training);
                var json = mlops.WantsJson(parsed);
                if (parsed.GetValue(watch))
                {
                    await TrainingWatch.ToEndAsync(client, id, json ? null : new TrainingScreen(mlops.Screen), cancellationToken);
                }

                var study = await client.GetAsync($"/api/v1/training/{Uri.EscapeDataString(id)}/study", cancellationToken);
                var trials = await new TrialFeed(client, id).ReadAsync(cancellationToken);
                if (json)
                {
                    study["trials"] = new JsonArray([.. trials.Select(trial => trial.DeepClone())]);
                    mlops.Print(study);
                }
                else
                {
                    Show(mlops.Screen, study, trials, parsed.GetValue(top));
                }

                return ExitCode.Done;
            });
        return new Command("study", "What a search has tried.") { show };
    }

    private static void Show(IAnsiConsole console, JsonNode study, IReadOnlyList<JsonNode> trials, int top)
    {
        var counts = study["counts"]!;
        console.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[bold]{study["state"]}[/]: {counts["complete"]} complete, {counts["pruned"]} pruned, {counts["failed"]} failed, {counts["running"]} running of at most {study["maxTrials"]} trials"));
        console.Write(TrialTable.Of(study, trials, top));
        if (study["importance"]?.AsObject() is { Count: > 0 } importance)
        {
            console.MarkupLine("[bold]What mattered[/]");
            var chart = new BarChart().Width(80).WithMaxValue(1);
            foreach (var (name, share) in importance.Select(pair => (pair.Key, Share: pair.Value!.GetValue<double>()))
                .Where(parameter => parameter.Share >= LeastShown).OrderByDescending(parameter => parameter.Share))
            {
                chart.AddItem(Markup.Escape(name), Math.Round(share, 3), Color.Teal);
            }

            console.Write(chart);
        }

        foreach (var note in study["notes"]?.AsArray() ?? [])
        {
            console.WriteLine($"· {note}");
        }
    }
}
