using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd;

/// <summary>A study is durable: killed and started again it goes on with nothing lost and nothing done twice.</summary>
public sealed class StudyKillTests
{
    private const int Kills = 10;
    private const int Trials = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan SomeTrials = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_study_killed_ten_times_makes_the_trials_of_one_that_was_never_killed()
    {
        using var folder = new TempFolder();
        var random = new DeterministicRandom(10);
        var host = await HostProcess.StartAsync(folder.Path);
        try
        {
            await UploadAsync(host);
            var undisturbed = await StartAsync(host, "undisturbed");
            await UntilAsync(host, undisturbed, HasEnded);
            var disturbed = await StartAsync(host, "disturbed");
            for (var kill = 0; kill < Kills; kill++)
            {
                var ended = kill * (Trials - 6) / Kills;
                await UntilAsync(host, disturbed, view => EndedTrials(view) >= ended);

                // The instant is random on purpose; there is no condition to wait for.
                await Task.Delay(SomeTrials * random.NextDouble());
                await host.KillAsync();
                await host.DisposeAsync();
                host = await HostProcess.StartAsync(folder.Path);
            }

            var view = await UntilAsync(host, disturbed, HasEnded);
            Assert.Equal(await StudyAsync(host, undisturbed), await StudyAsync(host, disturbed));
            Assert.Equal(Trials, view["result"]!["study"]!["trials"]!.GetValue<int>());
            Assert.Equal(await ModelAsync(host, "undisturbed"), await ModelAsync(host, "disturbed"));
            await AssertEachTrialHasOneRunAsync(host, disturbed, view["result"]!["runId"]!.GetValue<string>());
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static bool HasEnded(JsonNode view) => view["state"]!.GetValue<string>() is not ("pending" or "running");

    private static int EndedTrials(JsonNode view) => view["study"]?["counts"] is { } counts
        ? counts["total"]!.GetValue<int>() - counts["running"]!.GetValue<int>()
        : 0;

    private static async Task<JsonNode> UntilAsync(HostProcess host, string training, Func<JsonNode, bool> isReached)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var view = (await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/training/{training}", limit.Token))!;
            if (isReached(view))
            {
                return view;
            }

            Assert.False(HasEnded(view), $"It ended too early: {view.ToJsonString()}");
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>Everything about the trials but when they ran, and where.</summary>
    private static async Task<string> StudyAsync(HostProcess host, string training)
    {
        var trials = await TrialsAsync(host, training);
        Assert.Equal(Enumerable.Range(0, Trials), trials.Select(trial => trial["number"]!.GetValue<int>()));
        foreach (var trial in trials)
        {
            trial.Remove("runId");
            trial.Remove("startedAt");
            trial.Remove("endedAt");
        }

        var study = await host.Client.GetFromJsonAsync<JsonObject>($"/api/v1/training/{training}/study");
        study!.Remove("id");
        return string.Join('\n', trials.Select(trial => trial.ToJsonString()).Append(study.ToJsonString()));
    }

    private static async Task<List<JsonObject>> TrialsAsync(HostProcess host, string training)
    {
        var page = await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/training/{training}/study/trials?limit=1000");
        return [.. page!["items"]!.AsArray().Select(trial => trial!.AsObject())];
    }

    private static async Task<string> ModelAsync(HostProcess host, string model)
    {
        var versions = await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/models/{model}/versions");
        return Assert.Single(versions!["items"]!.AsArray())!["sha256"]!.GetValue<string>();
    }

    private static async Task AssertEachTrialHasOneRunAsync(HostProcess host, string training, string parent)
    {
        var own = await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/runs/{parent}");
        var runs = await host.Client.GetFromJsonAsync<JsonNode>(
            $"/api/v1/runs?experimentId={own!["experimentId"]!.GetValue<string>()}&limit=1000");
        var children = runs!["items"]!.AsArray()
            .Where(run => run!["tags"]!["mlflow.parentRunId"]?.GetValue<string>() == parent).ToList();
        Assert.Equal(
            (await TrialsAsync(host, training)).Select(trial => trial["runId"]!.GetValue<string>()).Order(StringComparer.Ordinal),
            children.Select(run => run!["id"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.All(children, run => Assert.NotEqual("running", run!["status"]!.GetValue<string>()));
        Assert.Equal(Trials + 1, runs["items"]!.AsArray().Count);
    }

    private static async Task UploadAsync(HostProcess host)
    {
        var csv = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "data", "breast-cancer.csv"));
        using var content = new ByteArrayContent(csv);
        content.Headers.ContentType = new("text/csv");
        using var answer = await host.Client.PostAsync("/api/v1/datasets/breast-cancer/versions", content);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<string> StartAsync(HostProcess host, string model)
    {
        using var answer = await host.Client.PostAsJsonAsync("/api/v1/training", new
        {
            model,
            dataset = "breast-cancer",
            target = "diagnosis",
            learner = new { name = "gradient-boosting" },
            search = new
            {
                space = new
                {
                    rounds = new { type = "int", low = 2, high = 12 },
                    learningRate = new { type = "float", low = 0.02, high = 0.5, log = true },
                    maxLeaves = new { type = "int", low = 2, high = 8 },
                },
                pruner = new { kind = "median" },
                trials = Trials,
                parallel = 2,
            },
            validation = new { folds = 3 },
        });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<string>();
    }
}
