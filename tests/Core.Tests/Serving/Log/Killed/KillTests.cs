using Mlops.Storage;

namespace Mlops.Serving.Killed;

public sealed class KillTests
{
    private static readonly TimeSpan TwoHours = TimeSpan.FromHours(2);

    [Fact]
    public async Task Whatever_was_acknowledged_in_audit_mode_is_read_back_after_a_kill_at_any_instant()
    {
        using var folder = new TempFolder();
        var random = new Random(20_260_101);
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (var life = 0; life < 6; life++)
        {
            acknowledged.UnionWith(await KillAfterAsync(folder.Path, LogDurability.Audit, random.Next(1, 300)));
        }

        var (ids, gaps) = await ReadAsync(folder.Path);
        Assert.Empty(acknowledged.Except(ids));
        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal(Enumerable.Repeat(GapReason.EndedAbruptly, 6), gaps.Select(gap => gap.Reason));
    }

    [Fact]
    public async Task Without_audit_a_kill_shows_as_an_abrupt_end_and_what_is_there_is_whole()
    {
        using var folder = new TempFolder();
        await KillAfterAsync(folder.Path, LogDurability.Async, lines: 1_000, isLogged: true);

        var (ids, gaps) = await ReadAsync(folder.Path);
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.Contains(gaps, gap => gap.Reason is GapReason.EndedAbruptly);
        Assert.All(gaps, gap => Assert.True(gap.Reason is GapReason.EndedAbruptly or GapReason.Dropped));
    }

    /// <returns>The ids that the process said before it was killed.</returns>
    /// <param name="lines">How many ids it says before it is killed, at least.</param>
    /// <param name="isLogged">Whether it is killed only when something is in the log.</param>
    private static async Task<List<string>> KillAfterAsync(string folder, LogDurability durability, int lines, bool isLogged = false)
    {
        using var process = KilledLog.Start(folder, durability);
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } id)
        {
            said.Add(id);
            if (said.Count % lines is 0 && !process.HasExited && (!isLogged || (await ReadAsync(folder)).Ids.Count > 0))
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();

        // The last line may have been cut by the kill.
        return [.. said.Where(id => PredictionIds.TryRead(id, out _, out _))];
    }

    private static async Task<(List<string> Ids, List<LogGap> Gaps)> ReadAsync(string folder)
    {
        using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
        var now = TimeProvider.System.GetUtcNow();
        var reader = new PredictionLogReader(storage.Blobs, new FakeTimeProvider(now + TwoHours));
        var (ids, gaps) = (new List<string>(), new List<LogGap>());
        await foreach (var entry in reader.ReadAsync(TenantId.Default, LogOnDisk.Live, new LogRange(now - TwoHours, now + TwoHours), default))
        {
            if (entry is LogEntry.Record record)
            {
                ids.Add(record.Head.Id);
            }
            else if (entry is LogEntry.Missing(var gap))
            {
                gaps.Add(gap);
            }
        }

        return (ids, gaps);
    }
}
