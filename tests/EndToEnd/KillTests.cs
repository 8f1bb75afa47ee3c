using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd;

/// <summary>What a killed host owes to those it has answered.</summary>
public sealed class KillTests
{
    private const int Kills = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Killed_at_twenty_random_instants_every_training_completes_with_one_version_and_one_run()
    {
        using var folder = new TempFolder();
        var random = new DeterministicRandom(20);
        var host = await HostProcess.StartAsync(folder.Path);
        try
        {
            await UploadAsync(host);
            var duration = await DurationAsync(host);
            for (var round = 0; round < Kills; round++)
            {
                var model = $"round-{round}";
                var training = await StartAsync(host, model);

                // The instant is random on purpose; there is no condition to wait for.
                await Task.Delay(duration * random.NextDouble());
                await host.KillAsync();
                await host.DisposeAsync();

                host = await HostProcess.StartAsync(folder.Path);
                await CompletedAsync(host, training);
                await AssertMadeOnceAsync(host, model);
            }
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>How long an undisturbed training takes here, so that the kills spread over all of it.</summary>
    private static async Task<TimeSpan> DurationAsync(HostProcess host)
    {
        await CompletedAsync(host, await StartAsync(host, "warm-up"));
        var started = Stopwatch.GetTimestamp();
        await CompletedAsync(host, await StartAsync(host, "measured"));
        return Stopwatch.GetElapsedTime(started);
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
            learner = new { name = "gradient-boosting", hyperparameters = new { rounds = 60 } },
            gates = new[] { new { metric = "rocAuc", atLeast = 0.9 } },
        });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<string>();
    }

    private static async Task CompletedAsync(HostProcess host, string training)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JsonNode? view = null;
        while (view?["state"]!.GetValue<string>() is null or "pending" or "running")
        {
            view = await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/training/{training}", limit.Token);
            await timer.WaitForNextTickAsync(limit.Token);
        }

        Assert.Equal("completed", view["state"]!.GetValue<string>());
        Assert.Equal("promoted", view["result"]!["outcome"]!.GetValue<string>());
    }

    private static async Task AssertMadeOnceAsync(HostProcess host, string model)
    {
        var versions = await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/models/{model}/versions");
        var version = Assert.Single(versions!["items"]!.AsArray());
        var experiment = await ExperimentAsync(host, model);
        var runs = await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/runs?experimentId={experiment}");
        var run = Assert.Single(runs!["items"]!.AsArray());
        Assert.Equal(version!["runId"]!.GetValue<string>(), run!["id"]!.GetValue<string>());
        Assert.Equal("finished", run["status"]!.GetValue<string>(), ignoreCase: true);
        var history = await host.Client.GetFromJsonAsync<JsonNode>($"/api/v1/runs/{run["id"]}/metrics/rocAuc");
        Assert.Single(history!["items"]!.AsArray());
    }

    private static async Task<string> ExperimentAsync(HostProcess host, string name)
    {
        var experiments = await host.Client.GetFromJsonAsync<JsonNode>("/api/v1/experiments?limit=1000");
        return Assert.Single(experiments!["items"]!.AsArray(), experiment => experiment!["name"]!.GetValue<string>() == name)!["id"]!.GetValue<string>();
    }
}
