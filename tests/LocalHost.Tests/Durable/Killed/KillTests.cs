using System.Globalization;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable.Killed;

public sealed class KillTests
{
    [Fact]
    public async Task An_orchestration_whose_process_is_killed_at_random_ends_right_and_repeats_nothing_on_record()
    {
        using var folder = new TempFolder();
        var random = new Random(20260101);
        var recorded = new Dictionary<string, int>();
        for (var life = 0; life < 8; life++)
        {
            using var process = KilledProcess.Start(folder.Path);
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(DurableHost.Deadline));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 600)));
            process.Kill();
            await process.WaitForExitAsync(DurableHost.Deadline);
            foreach (var input in await RecordedAsync(folder.Path))
            {
                recorded.TryAdd(input, Runs(folder.Path, input));
            }
        }

        using var last = KilledProcess.Start(folder.Path);
        var said = await last.StandardOutput.ReadToEndAsync(DurableHost.Deadline);
        await last.WaitForExitAsync(DurableHost.Deadline);

        var all = KilledProcess.Links + KilledProcess.Spread + 1;
        Assert.Equal(all.ToString(CultureInfo.InvariantCulture), said.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.InRange(recorded.Count, 1, all - 1);
        Assert.All(recorded, one => Assert.Equal(one.Value, Runs(folder.Path, one.Key)));
    }

    private static int Runs(string folder, string input) => Directory.GetFiles(folder, $"{input}-*.run").Length;

    private static async Task<List<string>> RecordedAsync(string folder)
    {
        using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
        var store = new DurableStore(storage.Tables, "hub");
        if (await store.FindAsync(KilledProcess.InstanceId, DurableHost.Deadline) is not { State: var state })
        {
            return [];
        }

        var history = await store.HistoryAsync(state.Id, state.Generation, state.Batches, DurableHost.Deadline);
        var ended = history.OfType<TaskCompleted>().Select(end => end.Id).ToHashSet();
        var tasks = history.OfType<TaskScheduled>().Where(task => ended.Contains(task.Id));
        return [.. tasks.Select(task => task.Input?.Trim('"') ?? string.Empty)];
    }
}
