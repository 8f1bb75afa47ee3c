using System.Globalization;
using System.Text;

namespace Mlops.Storage;

/// <summary>What one of several processes does to rows and blobs that all of them want.</summary>
internal static class RaceForTurns
{
    public const int Turns = 100;

    /// <summary>Increments a row, appends to a blob and claims paths; says at the end how many paths it has got.</summary>
    public static async Task RunAsync(SqliteStorage storage, string name, TextWriter output, CancellationToken cancellationToken)
    {
        var claims = 0;
        await Task.WhenAll(
            Task.Run(() => IncrementAsync(storage.Tables, cancellationToken), cancellationToken),
            Task.Run(() => AppendAsync(storage.Blobs, name, cancellationToken), cancellationToken),
            Task.Run(async () => claims = await ClaimAsync(storage.Blobs, name, cancellationToken), cancellationToken));
        await output.WriteLineAsync(claims.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task IncrementAsync(SqliteTableStore tables, CancellationToken cancellationToken)
    {
        for (var done = 0; done < Turns;)
        {
            var row = await tables.FindAsync(new("race", "count"), cancellationToken);
            var next = Encoding.UTF8.GetBytes($"{(row is null ? 1 : int.Parse(row.Document.Span, CultureInfo.InvariantCulture) + 1)}");
            TableWrite write = row is null ? new TableWrite.Insert("count", next) : new TableWrite.Replace("count", next, row.ETag);
            done += await tables.CommitAsync("race", [write], cancellationToken) is CommitOutcome.Committed ? 1 : 0;
        }
    }

    private static async Task AppendAsync(FolderBlobStore blobs, string name, CancellationToken cancellationToken)
    {
        var end = 0L;
        for (var done = 0; done < Turns;)
        {
            var outcome = await blobs.AppendAsync("race/log", Encoding.UTF8.GetBytes($"{name} {done}\n"), end, cancellationToken);
            (end, done) = outcome switch
            {
                AppendOutcome.Appended(var length) => (length, done + 1),
                AppendOutcome.WrongOffset(var length) => (length, done),
                _ => throw new InvalidOperationException($"'{outcome}' is no outcome of an append."),
            };
        }
    }

    private static async Task<int> ClaimAsync(FolderBlobStore blobs, string name, CancellationToken cancellationToken)
    {
        var won = 0;
        for (var i = 0; i < Turns; i++)
        {
            var content = new MemoryStream(Encoding.UTF8.GetBytes(name));
            won += await blobs.PutAsync($"race/claims/{i}", content, BlobCondition.Absent, cancellationToken) is null ? 0 : 1;
        }

        return won;
    }
}
