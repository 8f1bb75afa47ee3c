using System.Globalization;

namespace Mlops.Storage;

public sealed class KillTests
{
    [Fact]
    public async Task After_a_kill_at_any_instant_all_that_was_acknowledged_is_there_and_nothing_is_half_done()
    {
        using var folder = new TempFolder();
        var random = new Random(20_260_101);
        var acknowledged = EndlessWrites.Nothing();
        for (var round = 0; round < 12; round++)
        {
            await WriteUntilKilledAsync(folder.Path, afterLines: random.Next(1, 400), acknowledged);

            using var storage = SqliteStorage.Open(folder.Path, TimeProvider.System, IdSource.Random);
            var reached = await EndlessWrites.CheckAsync(storage, default);
            Assert.All(reached, pair => Assert.InRange(pair.Value, acknowledged[pair.Key], acknowledged[pair.Key] + 1));
            Assert.Equal(await CountBlobsAsync(storage.Blobs), CountFiles(folder.Path));

            // The next process goes on from what is there, acknowledged or not, and what has been seen must stay.
            acknowledged = reached;
        }

        Assert.All(acknowledged.Values, count => Assert.NotEqual(0, count));
    }

    [Fact]
    public async Task Processes_that_want_the_same_rows_and_blobs_lose_nothing_and_win_nothing_twice()
    {
        using var folder = new TempFolder();
        using var first = OtherProcess.Start("race", folder.Path, "first");
        using var second = OtherProcess.Start("race", folder.Path, "second");

        var claims = await Task.WhenAll(first.StandardOutput.ReadToEndAsync(), second.StandardOutput.ReadToEndAsync());

        using var storage = SqliteStorage.Open(folder.Path, TimeProvider.System, IdSource.Random);
        Assert.Equal(RaceForTurns.Turns, claims.Sum(text => int.Parse(text, CultureInfo.InvariantCulture)));
        var count = await storage.Tables.FindAsync(new("race", "count"), default);
        Assert.Equal(2 * RaceForTurns.Turns, int.Parse(count is null ? default : count.Document.Span, CultureInfo.InvariantCulture));
        Assert.Equal(ExpectedLog(), (await ReadLogAsync(storage.Blobs)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_living_process_is_writing_is_not_swept_away_by_another_that_starts()
    {
        using var folder = new TempFolder();
        using var one = SqliteStorage.Open(folder.Path, TimeProvider.System, IdSource.Random);
        using var gate = new GatedStream();
        var putting = one.Blobs.PutAsync("slow", gate, BlobCondition.None, default);
        await gate.Reading;

        SqliteStorage.Open(folder.Path, TimeProvider.System, IdSource.Random).Dispose();
        gate.Open();

        Assert.Equal(GatedStream.Bytes, (await putting)?.Length);
        await using var stream = await one.Blobs.OpenReadAsync("slow", 0, null, default);
        Assert.Equal(GatedStream.Bytes, stream?.Length);
    }

    private static async Task WriteUntilKilledAsync(string folder, int afterLines, Dictionary<string, int> acknowledged)
    {
        using var process = OtherProcess.Start("write", folder, "writer");
        for (var line = 0; await process.StandardOutput.ReadLineAsync() is { } text; line++)
        {
            var (writer, count) = (text.Split(' ')[0], text.Split(' ')[1]);
            acknowledged[writer] = int.Parse(count, CultureInfo.InvariantCulture);
            if (line == afterLines)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
    }

    private static async Task<int> CountBlobsAsync(FolderBlobStore blobs) => (await blobs.ListAsync("", 1_000, null, default)).Blobs.Count;

    private static int CountFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(folder, "blobs"), "*", SearchOption.AllDirectories).Count();

    private static async Task<string[]> ReadLogAsync(FolderBlobStore blobs)
    {
        await using var stream = await blobs.OpenReadAsync("race/log", 0, null, default);
        Assert.NotNull(stream);
        return (await new StreamReader(stream).ReadToEndAsync()).TrimEnd().Split('\n');
    }

    private static IEnumerable<string> ExpectedLog() => ((string[])["first", "second"])
        .SelectMany(name => Enumerable.Range(0, RaceForTurns.Turns).Select(i => $"{name} {i}"))
        .Order(StringComparer.Ordinal);
}
