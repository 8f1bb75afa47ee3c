using Mlops.Storage;

namespace Mlops.Data;

/// <summary>What is done with a file, with storage in a new folder.</summary>
internal sealed class CsvPasses(string folder) : IDisposable
{
    private readonly string _folder = Path.Combine(folder, "data-benchmark-" + IdSource.Random.NewId());
    private SqliteStorage? _storage;
    private DatasetVersion? _version;

    public static async Task ReadAsync(string path, CsvSink sink)
    {
        await using var content = File.OpenRead(path);
        if (await CsvReader.ReadAsync(content, sink, CsvLimits.Default, CancellationToken.None) is { } fault)
        {
            throw new InvalidDataException(fault.Reason);
        }

        (sink as DatasetProfiler)?.Statistics();
    }

    /// <summary>Stores the file as the first version of a new data set.</summary>
    public async Task StoreAsync(string path)
    {
        Dispose();
        _storage = SqliteStorage.Open(_folder, TimeProvider.System, IdSource.Random);
        await using var content = File.OpenRead(path);
        var outcome = await Store(_storage).UploadAsync(TenantId.Default, DatasetName.Parse("bench"), content, CancellationToken.None);
        _version = outcome is UploadOutcome.Stored(var version) ? version : throw new InvalidDataException(outcome.ToString());
    }

    /// <summary>Reads what <see cref="StoreAsync"/> has stored.</summary>
    public async Task ReadFrameAsync()
    {
        if (_storage is not null && _version is not null)
        {
            await Store(_storage).ReadFrameAsync(TenantId.Default, _version, CancellationToken.None);
        }
    }

    public void Dispose()
    {
        if (_storage is not null)
        {
            _storage.Dispose();
            _storage = null;
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static DatasetStore Store(SqliteStorage storage) =>
        new(storage.Tables, storage.Blobs, TimeProvider.System, IdSource.Random, DatasetLimits.Default);
}

internal sealed class NoSink : CsvSink
{
    public override void Header(IReadOnlyList<string> names) { }

    public override void Row(CsvRow row) { }
}
