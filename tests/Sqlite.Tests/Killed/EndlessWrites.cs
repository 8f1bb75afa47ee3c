using System.Globalization;
using System.Text;

namespace Mlops.Storage;

/// <summary>Writers of every kind that never stop, and what must be found of each once the process has been killed.</summary>
/// <remarks>Each writer counts; it goes on from what it finds stored. An acknowledgement is a line <c>kind:writer count</c>.</remarks>
internal static class EndlessWrites
{
    private const int Writers = 4;

    /// <summary>How far each writer has come before it begins.</summary>
    public static Dictionary<string, int> Nothing() => Enumerable.Range(0, Writers)
        .SelectMany(writer => (string[])[$"rows:{writer}", $"put:{writer}", $"append:{writer}"])
        .ToDictionary(writer => writer, _ => 0);

    public static async Task RunAsync(SqliteStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        var checkedUp = await CheckAsync(storage, cancellationToken);
        await Task.WhenAll(checkedUp.Select(pair => Task.Run(
            async () =>
            {
                for (var count = pair.Value + 1; ; count++)
                {
                    await WriteAsync(storage, pair.Key, count, cancellationToken);
                    await output.WriteLineAsync($"{pair.Key} {count}");
                }
            },
            cancellationToken)));
    }

    /// <summary>Fails if anything is half done.</summary>
    /// <returns>How far each writer has come.</returns>
    public static async Task<Dictionary<string, int>> CheckAsync(SqliteStorage storage, CancellationToken cancellationToken)
    {
        var reached = Nothing();
        for (var writer = 0; writer < Writers; writer++)
        {
            reached[$"rows:{writer}"] = await CheckRowsAsync(storage.Tables, $"rows:{writer}", cancellationToken);
            reached[$"put:{writer}"] = await CheckPutAsync(storage.Blobs, $"put:{writer}", cancellationToken);
            reached[$"append:{writer}"] = await CheckAppendsAsync(storage.Blobs, $"append:{writer}", cancellationToken);
        }

        return reached;
    }

    private static Task WriteAsync(SqliteStorage storage, string writer, int count, CancellationToken cancellationToken) =>
        writer.Split(':')[0] switch
        {
            "rows" => WriteRowsAsync(storage.Tables, writer, count, cancellationToken),
            "put" => storage.Blobs.PutAsync(Path(writer), new MemoryStream(Content(count)), BlobCondition.None, cancellationToken),
            _ => AppendAsync(storage.Blobs, writer, count, cancellationToken),
        };

    /// <summary>Two rows that must always be equal, and one more for each count.</summary>
    private static async Task WriteRowsAsync(SqliteTableStore tables, string writer, int count, CancellationToken cancellationToken)
    {
        var document = Encoding.UTF8.GetBytes($"{count}");
        var outcome = await tables.CommitAsync(
            writer,
            [
                new TableWrite.Upsert("left", document),
                new TableWrite.Insert(Row(count), document),
                new TableWrite.Upsert("right", document),
            ],
            cancellationToken);
        Assert.IsType<CommitOutcome.Committed>(outcome);
    }

    private static async Task AppendAsync(FolderBlobStore blobs, string writer, int count, CancellationToken cancellationToken)
    {
        var end = (await blobs.FindAsync(Path(writer), cancellationToken))?.Length ?? 0;
        Assert.IsType<AppendOutcome.Appended>(await blobs.AppendAsync(Path(writer), Content(count), end, cancellationToken));
    }

    private static async Task<int> CheckRowsAsync(SqliteTableStore tables, string writer, CancellationToken cancellationToken)
    {
        var left = await tables.FindAsync(new(writer, "left"), cancellationToken);
        var right = await tables.FindAsync(new(writer, "right"), cancellationToken);
        Assert.Equal(left?.Document.ToArray(), right?.Document.ToArray());
        var reached = left is null ? 0 : int.Parse(left.Document.Span, CultureInfo.InvariantCulture);
        var last = await tables.ScanAsync(new(writer, From: Row(reached), To: "left"), cancellationToken);
        Assert.Equal(reached == 0 ? [] : [Row(reached)], last.Rows.Select(row => row.Key.Row));
        return reached;
    }

    private static async Task<int> CheckPutAsync(FolderBlobStore blobs, string writer, CancellationToken cancellationToken)
    {
        var content = await ReadAsync(blobs, writer, cancellationToken);
        if (content.Length == 0)
        {
            return 0;
        }

        var count = int.Parse(content.AsSpan(0, content.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        Assert.Equal(Encoding.UTF8.GetString(Content(count)), content);
        return count;
    }

    private static async Task<int> CheckAppendsAsync(FolderBlobStore blobs, string writer, CancellationToken cancellationToken)
    {
        var rest = await ReadAsync(blobs, writer, cancellationToken);
        var count = 0;
        for (var at = 0; at < rest.Length; count++)
        {
            var expected = Encoding.UTF8.GetString(Content(count + 1));
            var isWhole = string.CompareOrdinal(rest, at, expected, 0, expected.Length) == 0;
            Assert.True(isWhole, $"Record {count + 1} of {writer} is not whole.");
            at += expected.Length;
        }

        return count;
    }

    /// <summary>Of a length that depends on the count, up to some pages, so that a torn write shows.</summary>
    private static byte[] Content(int count) =>
        Encoding.UTF8.GetBytes($"{count} {new string((char)('a' + (count % 26)), 1 + (count * 7_919 % 9_000))}\n");

    private static async Task<string> ReadAsync(FolderBlobStore blobs, string writer, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(Path(writer), 0, null, cancellationToken);
        return stream is null ? "" : await new StreamReader(stream).ReadToEndAsync(cancellationToken);
    }

    private static string Path(string writer) => $"default/{writer.Replace(':', '/')}";

    private static string Row(int count) => count.ToString("D10", CultureInfo.InvariantCulture);
}
