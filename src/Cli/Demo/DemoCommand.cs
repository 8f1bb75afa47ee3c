using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Mlops.Cli.Studies;
using Spectre.Console;

namespace Mlops.Cli.Demo;

/// <summary>The platform's main job, once through, on real data, over HTTP: upload, train, compare, promote, predict.</summary>
/// <remarks>Every claim it makes is checked; the first that does not hold ends it with an exit code of 1.</remarks>
internal static class DemoCommand
{
    private const string Cancer = "breast-cancer";
    private const string Diabetes = "diabetes";
    private const int Trials = 8;

    public static Command Create(MlopsCommand mlops)
    {
        var host = new Option<FileInfo>("--host") { Description = "The local host's program.", Required = true };
        var data = new Option<DirectoryInfo>("--data") { Description = "The folder of the data sets.", Required = true };
        var report = new Option<FileInfo?>("--report") { Description = "Where the page about the found model goes." };
        host.AcceptExistingOnly();
        data.AcceptExistingOnly();
        var command = new Command("demo", "Runs the whole platform once, on real data, on a host of its own.") { host, data, report };
        command.SetAction((parsed, cancellationToken) => mlops.FailingInOrderAsync(
            address: null,
            () => RunAsync(
                new StepScreen(mlops.Screen),
                parsed.GetRequiredValue(host).FullName,
                parsed.GetRequiredValue(data).FullName,
                parsed.GetValue(report),
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        StepScreen screen, string hostDll, string dataFolder, FileInfo? report, CancellationToken cancellationToken)
    {
        var work = Path.Combine(Path.GetTempPath(), $"mlops-demo-{Environment.ProcessId}");
        try
        {
            var started = Stopwatch.GetTimestamp();
            await TourAsync(screen, hostDll, dataFolder, work, report, cancellationToken);
            screen.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"\nAll checks held, in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s. Where to look next:"));
            screen.Say("  make up            the same platform, left running on port 7071");
            screen.Say("  docs/openapi.yaml  every route, with examples");
            screen.Say("  src/Functions.Pipelines/Training/TrainModel.cs  the pipeline that ran");
            return ExitCode.Done;
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static async Task TourAsync(
        StepScreen screen, string hostDll, string dataFolder, string work, FileInfo? report, CancellationToken cancellationToken)
    {
        screen.Title("Start");
        await using var host = await screen.StepAsync("Start the host", async () =>
        {
            var process = await HostProcess.StartAsync(hostDll, work, cancellationToken);
            return (process, $"ready on {process.Address}");
        });
        using var client = new PlatformClient(host.Address);

        screen.Title("Data");
        foreach (var dataset in new[] { Cancer, Diabetes, "wine" })
        {
            await UploadAsync(screen, client, dataset, CsvOf(dataFolder, dataset), cancellationToken);
        }

        screen.Title("Training");
        var linear = await TrainAsync(
            screen, client, "Logistic regression", Spec(Cancer, "diagnosis", "logistic-regression", 0.97), cancellationToken);
        var boosted = await TrainAsync(
            screen, client, "Gradient boosting", Spec(Cancer, "diagnosis", "gradient-boosting", 0.97), cancellationToken);
        var regression = await TrainAsync(screen, client, "Boosting, regression", new
        {
            model = Diabetes,
            dataset = Diabetes,
            target = "progression",
            learner = new { name = "gradient-boosting", hyperparameters = new { learningRate = 0.05, maxLeaves = 8 } },
            split = new { test = 0.25, seed = 1 },
            gates = new object[] { new { metric = "r2", atLeast = 0.25 } },
        }, cancellationToken);

        screen.Title("Leaderboard");
        ShowLeaderboard(screen, [("Logistic regression", linear), ("Gradient boosting", boosted), ("Boosting, regression", regression)]);
        var champion = await ChampionAsync(client, linear, boosted, cancellationToken);
        screen.Say($"The champion of [bold]{Cancer}[/] is [bold]version {champion}[/].");

        screen.Title("Search");
        await SearchAsync(screen, client, report, cancellationToken);

        screen.Title("Serving");
        await PredictAsync(screen, client, dataFolder, champion, cancellationToken);
        await RefuseAsync(screen, client, cancellationToken);
    }

    private static async Task UploadAsync(
        StepScreen screen, PlatformClient client, string dataset, string csv, CancellationToken cancellationToken) =>
        await screen.StepAsync($"Upload {dataset}", async () =>
        {
            var version = await client.UploadAsync(dataset, csv, cancellationToken);
            var columns = version["columns"]!.AsArray().Count;
            var hash = version["sha256"]!.GetValue<string>();
            var again = await client.UploadAsync(dataset, csv, cancellationToken);
            Check(again["number"]!.GetValue<int>() is 1, "The same file uploaded twice became two versions.");
            return (version, $"version {version["number"]}: {version["rows"]} rows, {columns} columns, sha256 {hash[..12]}…");
        });

    private static object Spec(string dataset, string target, string learner, double leastAuc) => new
    {
        model = dataset,
        dataset,
        target,
        positiveClass = "malignant",
        learner = new { name = learner },
        split = new { test = 0.25, seed = 1, stratify = true },
        gates = new object[] { new { metric = "rocAuc", atLeast = leastAuc }, new { metric = "rocAuc", championMargin = 0.0 } },
    };

    private static async Task<JsonNode> TrainAsync(
        StepScreen screen, PlatformClient client, string name, object spec, CancellationToken cancellationToken)
    {
        var training = await client.SendAsync(HttpMethod.Post, "/api/v1/training", spec, cancellationToken);
        var state = await screen.TrainingAsync(
            name, client.FollowAsync(training["id"]!.GetValue<string>(), cancellationToken), cancellationToken);
        var result = state["result"] ?? throw new CheckFailedException($"{name} {state["state"]}: {state["failure"]}");
        Check(result["version"] is not null, $"{name} made no version: {result["reason"]}");
        var gates = result["verdict"]!["findings"]!.AsArray();
        Check(gates[0]!["passed"]!.GetValue<bool>(), $"{name} missed its gate: {gates[0]!["gate"]}, {gates[0]!["detail"]}.");
        return result;
    }

    private static void ShowLeaderboard(StepScreen screen, (string Name, JsonNode Result)[] models)
    {
        var table = new Table().AddColumns("model", "learner", "v", "metric", "held out", "baseline", "outcome").RoundedBorder();
        foreach (var (name, result) in models.OrderByDescending(model => model.Result["metrics"]!["rocAuc"]?.GetValue<double>() ?? -1))
        {
            var metric = result["metrics"]!["rocAuc"] is not null ? "rocAuc" : "rmse";
            table.AddRow(
                $"{result["model"]}",
                Markup.Escape(name),
                $"{result["version"]}",
                metric,
                result["metrics"]![metric]!.GetValue<double>().ToString("0.0000", CultureInfo.InvariantCulture),
                result["baseline"]![metric]!.GetValue<double>().ToString("0.0000", CultureInfo.InvariantCulture),
                $"{result["outcome"]}");
        }

        screen.Show(table);
    }

    /// <summary>The version that carries the alias, which must be the better of the two.</summary>
    private static async Task<int> ChampionAsync(
        PlatformClient client, JsonNode linear, JsonNode boosted, CancellationToken cancellationToken)
    {
        var model = await client.SendAsync(HttpMethod.Get, $"/api/v1/models/{Cancer}", null, cancellationToken);
        var champion = model["aliases"]!["champion"]!.GetValue<int>();
        var best = Auc(boosted) >= Auc(linear) ? boosted : linear;
        Check(champion == best["version"]!.GetValue<int>(), $"Version {champion} is champion, but {best["version"]} is better.");
        return champion;
    }

    /// <summary>Data, a target and a budget: the platform chooses the learner and its settings, and says why.</summary>
    private static async Task SearchAsync(StepScreen screen, PlatformClient client, FileInfo? report, CancellationToken cancellationToken)
    {
        const string Wine = "wine";
        var training = await client.SendAsync(
            HttpMethod.Post,
            "/api/v1/training",
            new { model = Wine, dataset = Wine, target = "cultivar", budget = new { trials = Trials } },
            cancellationToken);
        var id = training["id"]!.GetValue<string>();
        var state = await screen.TrainingAsync("Choose a model", client.FollowAsync(id, cancellationToken), cancellationToken);
        Check(state["result"]?["version"] is not null, $"The search made no version: {state["failure"] ?? state["result"]?["reason"]}");
        var study = await client.GetAsync($"/api/v1/training/{id}/study", cancellationToken);
        var trials = await new TrialFeed(client, id).ReadAsync(cancellationToken);
        Check(trials.Count is Trials, $"{trials.Count} trials were made, not {Trials}.");
        screen.Show(TrialTable.Of(study, trials, most: 5));
        foreach (var note in study["notes"]!.AsArray().TakeLast(2))
        {
            screen.Say(Markup.Escape($"{note}"));
        }

        if (report is not null)
        {
            var page = await client.DownloadAsync($"/api/v1/models/{Wine}/versions/1/report", "text/html", cancellationToken);
            report.Directory?.Create();
            await File.WriteAllBytesAsync(report.FullName, page, cancellationToken);
            screen.Say($"How good it is, as a page: [bold]{Markup.Escape(report.FullName)}[/]");
        }
    }

    private static async Task PredictAsync(
        StepScreen screen, PlatformClient client, string dataFolder, int champion, CancellationToken cancellationToken)
    {
        await screen.StepAsync("Create an endpoint", async () =>
        {
            var endpoint = await client.SendAsync(
                HttpMethod.Post, "/api/v1/endpoints", new { name = Cancer, model = Cancer, alias = "champion" }, cancellationToken);
            return (endpoint, "it answers with whatever is champion");
        });
        var split = await client.SendAsync(
            HttpMethod.Get, $"/api/v1/models/{Cancer}/versions/{champion}/files/split.json", null, cancellationToken);
        var evaluation = await client.SendAsync(
            HttpMethod.Get, $"/api/v1/models/{Cancer}/versions/{champion}/files/evaluation.json", null, cancellationToken);
        var rows = HeldOutRows.Read(CsvOf(dataFolder, Cancer), "diagnosis", split["test"]!.AsArray().Select(row => row!.GetValue<int>()));
        var labels = await screen.StepAsync("Predict every held-out row", async () =>
        {
            var answer = await client.SendAsync(
                HttpMethod.Post, $"/api/v1/endpoints/{Cancer}/predict", new { records = rows.Records }, cancellationToken);
            var predicted = answer["predictions"]!.AsArray().Select(prediction => prediction!["label"]!.GetValue<string>()).ToList();
            var right = predicted.Zip(rows.Truth).Count(pair => pair.First == pair.Second);
            var accuracy = right / (double)rows.Truth.Count;
            Check(
                Math.Abs(accuracy - evaluation["metrics"]!["accuracy"]!.GetValue<double>()) < 1e-9,
                $"Serving is right on {accuracy:0.0000} of the held-out rows, the evaluation said {evaluation["metrics"]!["accuracy"]}.");
            return (predicted, string.Create(
                CultureInfo.InvariantCulture, $"{right} of {rows.Truth.Count} right, as the evaluation said"));
        });
        var table = new Table().AddColumns("held-out row", "truth", "predicted").RoundedBorder();
        foreach (var (index, label) in labels.Index().Where(row => row.Index % (labels.Count / 6) is 0))
        {
            var colour = label == rows.Truth[index] ? "green" : "red";
            table.AddRow($"{split["test"]![index]}", rows.Truth[index], $"[{colour}]{label}[/]");
        }

        screen.Show(table);
    }

    private static async Task RefuseAsync(StepScreen screen, PlatformClient client, CancellationToken cancellationToken) =>
        await screen.StepAsync("Send a wrong request", async () =>
        {
            using var answer = await client.TrySendAsync(
                HttpMethod.Post, $"/api/v1/endpoints/{Cancer}/predict", new { record = new { radius = "large" } }, cancellationToken);
            var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
            Check(answer.StatusCode is HttpStatusCode.BadRequest, $"A wrong request was answered with {(int)answer.StatusCode}.");
            return (problem, $"400: {problem["errors"]![0]!["field"]}: {problem["errors"]![0]!["message"]}");
        });

    private static double Auc(JsonNode result) => result["metrics"]!["rocAuc"]!.GetValue<double>();

    private static string CsvOf(string folder, string dataset) => Path.Combine(folder, $"{dataset}.csv");

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new CheckFailedException(otherwise);
        }
    }
}
