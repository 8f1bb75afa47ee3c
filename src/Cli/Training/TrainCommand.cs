using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Mlops.Cli.Training;

/// <summary><c>mlops train SPEC.json</c>: starts a training, and with <c>--watch</c> follows it to its end.</summary>
internal static class TrainCommand
{
    public static Command Create(MlopsCommand mlops)
    {
        var spec = new Argument<FileInfo>("spec") { Description = "A training spec, as POST /api/v1/training takes it." };
        var data = new Option<FileInfo?>("--data") { Description = "A CSV file that is uploaded first as the spec's data set." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Follows the training and its trials until it has ended." };
        spec.AcceptExistingOnly();
        data.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo?>() is { Exists: false } absent)
            {
                result.AddError($"File does not exist: '{absent}'.");
            }
        });
        return mlops.Talking(
            new Command("train", "Trains a model by a spec.") { spec, data, watch },
            async (parsed, client, cancellationToken) =>
            {
                var json = mlops.WantsJson(parsed);
                var text = await File.ReadAllTextAsync(parsed.GetRequiredValue(spec).FullName, cancellationToken);
                var dataset = DatasetOf(text);
                if (parsed.GetValue(data) is { } csv)
                {
                    await client.UploadAsync(dataset, csv.FullName, cancellationToken);
                }

                using var body = new StringContent(text, new MediaTypeHeaderValue("application/json", "utf-8"));
                var training = await client.SendAsync(HttpMethod.Post, "/api/v1/training", body, cancellationToken);
                if (parsed.GetValue(watch))
                {
                    var screen = json ? null : new TrainingScreen(mlops.Screen);
                    training = await TrainingWatch.ToEndAsync(client, training["id"]!.GetValue<string>(), screen, cancellationToken);
                }
                else if (!json)
                {
                    mlops.Screen.WriteLine($"Training {training["id"]} has started; `mlops study show {training["id"]} --watch` follows it.");
                }

                if (json)
                {
                    mlops.Print(training);
                }

                return CodeOf(training);
            });
    }

    /// <summary>What the end of a training means for whoever runs it in a script; 0 for one that has not ended.</summary>
    public static int CodeOf(JsonNode training) => (training["state"]!.GetValue<string>(), Outcome(training)) switch
    {
        ("failed" or "cancelled", _) => ExitCode.Failed,
        (_, "refused") => ExitCode.Refused,
        (_, "registered") => ExitCode.GateMissed,
        _ => ExitCode.Done,
    };

    private static string? Outcome(JsonNode training) => training["result"]?["outcome"]?.GetValue<string>();

    private static string DatasetOf(string spec)
    {
        try
        {
            return JsonNode.Parse(spec)?["dataset"]?.GetValue<string>() ?? throw new CheckFailedException("The spec names no dataset.");
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new CheckFailedException($"The spec is not JSON that names a dataset: {wrong.Message}");
        }
    }
}
