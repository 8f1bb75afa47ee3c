using System.Net.Http.Headers;
using System.Net.Http.Json;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.EndToEnd;

/// <summary>What the prediction log of a host owes to those whom it had answered when it was killed under load.</summary>
public sealed class PredictionLogKillTests
{
    private const int Callers = 8;

    private static readonly EndpointName Live = EndpointName.Parse("live");

    /// <summary>The second within which the log is written, and what a busy machine adds to it.</summary>
    private static readonly TimeSpan MostLost = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan TwoHours = TimeSpan.FromHours(2);

    [Fact]
    public async Task In_audit_mode_every_acknowledged_prediction_is_in_the_log_after_three_kills_under_load()
    {
        using var folder = new TempFolder();
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (var kill = 0; kill < 3; kill++)
        {
            await using var host = await HostProcess.StartAsync(folder.Path);
            await PrepareAsync(host, LogDurability.Audit);
            var answered = await KillUnderLoadAsync(host, atLeast: 200 * (kill + 1), () => Task.FromResult(true));
            acknowledged.UnionWith(answered.SelectMany(ids => ids));
        }

        var (logged, gaps) = await ReadAsync(folder.Path);
        Assert.Empty(acknowledged.Except(logged));
        Assert.Equal(3, gaps.Count(gap => gap.Reason is GapReason.EndedAbruptly));
    }

    [Fact]
    public async Task In_async_mode_a_kill_under_load_loses_only_the_newest_predictions_and_shows_as_a_gap()
    {
        using var folder = new TempFolder();
        IReadOnlyList<IReadOnlyList<string>> answered;
        await using (var host = await HostProcess.StartAsync(folder.Path))
        {
            await PrepareAsync(host, LogDurability.Async);
            answered = await KillUnderLoadAsync(host, atLeast: 500, () => HasLoggedAsync(host));
        }

        var (logged, gaps) = await ReadAsync(folder.Path);
        var killedAt = answered.SelectMany(ids => ids).Max(TimeOf);
        Assert.Contains(gaps, gap => gap.Reason is GapReason.EndedAbruptly);
        Assert.NotEmpty(logged);
        foreach (var ids in answered)
        {
            // Nothing is missing before something that is there.
            var lost = ids.SkipWhile(logged.Contains).ToList();
            Assert.DoesNotContain(lost, logged.Contains);
            Assert.All(lost, id => Assert.InRange(killedAt - TimeOf(id), TimeSpan.Zero, MostLost));
        }
    }

    private static DateTimeOffset TimeOf(string id) => PredictionIds.TryRead(id, out var at, out _) ? at : throw new FormatException(id);

    /// <summary>Registers a model and an endpoint, unless an earlier life of the host has.</summary>
    private static async Task PrepareAsync(HostProcess host, LogDurability durability)
    {
        using var model = new ByteArrayContent(
            await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "foreign", "sigmoid_column.onnx")));
        model.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var upload = new HttpRequestMessage(HttpMethod.Post, "/api/v1/models/churn/versions?numbered=true&classes=no,yes")
        {
            Content = model,
            Headers = { { "Idempotency-Key", "the-only-version" } },
        };
        using var registered = await host.Client.SendAsync(upload);
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync());
        using var found = await host.Client.GetAsync($"/api/v1/endpoints/{Live}");
        if (!found.IsSuccessStatusCode)
        {
            using var created = await host.Client.PostAsJsonAsync(
                "/api/v1/endpoints", new { name = Live.Value, model = "churn", version = 1, log = durability.ToString().ToLowerInvariant() });
            Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Asks for predictions without pause and kills the host once so many are answered.</summary>
    /// <param name="mayEnd">What else must hold by then.</param>
    /// <returns>The ids of the answers that each caller got, in order.</returns>
    private static async Task<IReadOnlyList<IReadOnlyList<string>>> KillUnderLoadAsync(
        HostProcess host, int atLeast, Func<Task<bool>> mayEnd)
    {
        var answered = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => AskAsync(host, () =>
        {
            if (Interlocked.Increment(ref answered) == atLeast)
            {
                enough.SetResult();
            }
        }))).ToList();
        await enough.Task;
        await Eventually.TrueAsync(mayEnd);
        await host.KillAsync();
        return await Task.WhenAll(callers);
    }

    private static async Task<IReadOnlyList<string>> AskAsync(HostProcess host, Action onAnswer)
    {
        var record = Enumerable.Range(0, 30).ToDictionary(number => $"f{number}", number => number / 10.0);
        var ids = new List<string>();
        try
        {
            while (true)
            {
                using var answer = await host.Client.PostAsJsonAsync($"/api/v1/endpoints/{Live}/predict", new { record });
                answer.EnsureSuccessStatusCode();
                ids.Add(answer.Headers.GetValues("x-prediction-id").Single());
                onAnswer();
            }
        }
        catch (HttpRequestException killed) when (killed.StatusCode is null)
        {
            return ids;
        }
    }

    private static async Task<bool> HasLoggedAsync(HostProcess host)
    {
        var log = await host.Client.GetStringAsync($"/api/v1/endpoints/{Live}/predictions");
        return log.Length > 0;
    }

    /// <summary>Reads the log as it is told once the hour is over and its writer would have closed it.</summary>
    private static async Task<(HashSet<string> Ids, List<LogGap> Gaps)> ReadAsync(string folder)
    {
        using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
        var now = TimeProvider.System.GetUtcNow();
        var reader = new PredictionLogReader(storage.Blobs, new FakeTimeProvider(now + TwoHours));
        var (ids, gaps) = (new HashSet<string>(StringComparer.Ordinal), new List<LogGap>());
        await foreach (var entry in reader.ReadAsync(TenantId.Default, Live, new LogRange(now - TwoHours, now + TwoHours), default))
        {
            switch (entry)
            {
                case LogEntry.Record record:
                    Assert.True(ids.Add(record.Head.Id), $"{record.Head.Id} is there twice");
                    break;
                case LogEntry.Missing(var gap):
                    gaps.Add(gap);
                    break;
            }
        }

        return (ids, gaps);
    }
}
