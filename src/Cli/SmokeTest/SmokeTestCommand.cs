using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Mlops.Cli.Demo;

namespace Mlops.Cli.SmokeTest;

/// <summary>
/// A quick check that a running host can do its job: a small training and a prediction. What it makes is called <c>smoke-test</c>.
/// </summary>
internal static class SmokeTestCommand
{
    private const string Name = "smoke-test";

    public static Command Create(MlopsCommand mlops)
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "The folder of the data sets.", Required = true };
        data.AcceptExistingOnly();
        return mlops.Talking(
            new Command("smoke-test", "Checks that a running platform can train and predict.") { data },
            async (parsed, client, cancellationToken) =>
            {
                var csv = Path.Combine(parsed.GetRequiredValue(data).FullName, "wine.csv");
                await CheckAsync(new StepScreen(mlops.Screen), client, csv, cancellationToken);
                return ExitCode.Done;
            });
    }

    private static async Task CheckAsync(StepScreen screen, PlatformClient client, string csv, CancellationToken cancellationToken)
    {
        await screen.StepAsync("Ready", async () =>
        {
            await client.SendAsync(HttpMethod.Get, "/readyz", null, cancellationToken);
            var info = await client.SendAsync(HttpMethod.Get, "/api/v1/info", null, cancellationToken);
            return (info, $"{info["name"]} {info["version"]}");
        });
        await screen.StepAsync("Upload", async () =>
        {
            var version = await client.UploadAsync(Name, csv, cancellationToken);
            return (version, $"version {version["number"]}, {version["rows"]} rows");
        });
        var training = await client.SendAsync(
            HttpMethod.Post,
            "/api/v1/training",
            new { model = Name, dataset = Name, target = "cultivar", learner = new { name = "logistic-regression" } },
            cancellationToken);
        var ended = await screen.TrainingAsync(
            "Train", client.FollowAsync(training["id"]!.GetValue<string>(), cancellationToken), cancellationToken);
        if (ended["result"]?["version"] is null)
        {
            throw new CheckFailedException(
                $"The training made no version: {ended["failure"] ?? ended["result"]?["reason"] ?? ended["state"]}");
        }

        using var made = await client.TrySendAsync(
            HttpMethod.Post, "/api/v1/endpoints", new { name = Name, model = Name, alias = "champion" }, cancellationToken);
        if (!made.IsSuccessStatusCode && made.StatusCode is not HttpStatusCode.Conflict)
        {
            throw new CheckFailedException($"The endpoint was refused with {(int)made.StatusCode}.");
        }

        await screen.StepAsync("Predict", () => PredictAsync(client, csv, cancellationToken));
        using var removed = await client.TrySendAsync(HttpMethod.Delete, $"/api/v1/endpoints/{Name}", null, cancellationToken);
    }

    private static async Task<(JsonNode Value, string Said)> PredictAsync(
        PlatformClient client, string csv, CancellationToken cancellationToken)
    {
        int[] someOfEachClass = [0, 1, 2, 70, 71, 72, 150, 151, 152];
        var rows = HeldOutRows.Read(csv, "cultivar", someOfEachClass);
        var answer = await client.SendAsync(
            HttpMethod.Post, $"/api/v1/endpoints/{Name}/predict", new { records = rows.Records }, cancellationToken);
        var right = answer["predictions"]!.AsArray().Zip(rows.Truth).Count(pair => pair.First!["label"]!.GetValue<string>() == pair.Second);
        return right >= someOfEachClass.Length - 1
            ? (answer, string.Create(CultureInfo.InvariantCulture, $"{right} of {someOfEachClass.Length} right"))
            : throw new CheckFailedException($"Only {right} of {someOfEachClass.Length} predictions are right.");
    }
}
