using System.Globalization;

namespace Mlops.Storage;

/// <summary>What a durable engine, a tracking server and a prediction log ask of storage.</summary>
internal static class StorageLoads
{
    private static readonly byte[] Document = [.. "{\"text\":\""u8, .. Enumerable.Repeat((byte)'x', 300), .. "\"}"u8];
    private static readonly byte[] Kilobyte = new byte[1_024];

    public static IEnumerable<Load> All(SqliteStorage storage)
    {
        foreach (var callers in (int[])[1, 8, 64])
        {
            yield return new("commit of one 300-byte row", callers, 1, (caller, i, token) =>
                CommitAsync(storage, $"one:{callers}:{caller}", [new TableWrite.Insert(Key(i), Document)], token));
        }

        yield return new("commit of ten rows", 64, 1, (caller, i, token) =>
            CommitAsync(storage, $"ten:{caller}", [.. Enumerable.Range(i * 10, 10).Select(k => new TableWrite.Upsert(Key(k), Document))], token));
        foreach (var callers in (int[])[1, 8])
        {
            yield return new("point read", callers, 1, (caller, i, token) =>
                storage.Tables.FindAsync(new($"one:64:{caller}", Key(i % 200)), token));
        }

        yield return new("rows scanned, 1,000 a page", 1, 1_000, async (_, i, token) =>
        {
            var page = await storage.Tables.ScanAsync(new($"one:1:0"), token);
            Require(page.Rows.Count == 1_000);
        });
        foreach (var callers in (int[])[1, 64])
        {
            yield return new("blob put of 1 KiB", callers, 1, (caller, i, token) =>
                storage.Blobs.PutAsync($"put/{callers}/{caller}", new MemoryStream(Kilobyte), BlobCondition.None, token));
        }

        foreach (var callers in (int[])[1, 64])
        {
            var lengths = new long[callers];
            yield return new("blob append of 1 KiB", callers, 1, async (caller, i, token) =>
            {
                var outcome = await storage.Blobs.AppendAsync($"append/{callers}/{caller}", Kilobyte, lengths[caller], token);
                Require(outcome is AppendOutcome.Appended);
                lengths[caller] += Kilobyte.Length;
            });
        }
    }

    private static async Task CommitAsync(SqliteStorage storage, string partition, TableWrite[] writes, CancellationToken token) =>
        Require(await storage.Tables.CommitAsync(partition, writes, token) is CommitOutcome.Committed);

    private static string Key(int i) => i.ToString("D10", CultureInfo.InvariantCulture);

    private static void Require(bool worked)
    {
        if (!worked)
        {
            throw new InvalidOperationException("The operation that was to be measured did not do its work.");
        }
    }
}
