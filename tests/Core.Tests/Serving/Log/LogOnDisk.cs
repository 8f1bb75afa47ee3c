using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>A prediction log over SQLite and a folder, with a clock that the test moves.</summary>
internal sealed class LogOnDisk : IAsyncDisposable
{
    public static readonly EndpointName Live = EndpointName.Parse("live");

    public static readonly ModelVersion Version = VersionOf(new ModelSignature(
        [
            new ColumnSchema("size", ColumnType.Number, true),
            new ColumnSchema("plan", ColumnType.Category, true),
            new ColumnSchema("age", ColumnType.Integer, false),
            new ColumnSchema("ssn", ColumnType.Text, true, Sensitive: true),
            new ColumnSchema("income", ColumnType.Number, true, Sensitive: true),
            new ColumnSchema("member", ColumnType.Boolean, false),
            new ColumnSchema("since", ColumnType.Timestamp, false),
        ],
        "left",
        TaskType.Binary,
        ["no", "yes"]));

    private readonly TempFolder _folder = new();
    private readonly SqliteStorage _storage;
    private readonly CancellationTokenSource _stop = new();
    private Task? _run;

    public LogOnDisk(PredictionLogOptions? options = null)
    {
        _storage = SqliteStorage.Open(_folder.Path, Time, IdSource.Random);
        Blobs = new UnreliableBlobs(_storage.Blobs);
        Log = new PredictionLog(
            Blobs, Instance, options ?? new() { FirstRetry = TimeSpan.Zero }, Time, NullLogger<PredictionLog>.Instance);
        Reader = new PredictionLogReader(Blobs, Time);
        Feedback = new FeedbackStore(Tables);
    }

    public FakeTimeProvider Time { get; } = new();

    public LogInstance Instance { get; } = new(IdSource.Random);

    public UnreliableBlobs Blobs { get; }

    public ITableStore Tables => _storage.Tables;

    public PredictionLog Log { get; }

    public PredictionLogReader Reader { get; }

    public FeedbackStore Feedback { get; }

    public static ModelVersion VersionOf(ModelSignature signature, int number = 3) => new(
        ModelName.Parse("churn"),
        number,
        Stage.None,
        default,
        "ada",
        default,
        "folder",
        signature,
        new Dictionary<string, double>(),
        new Dictionary<string, string>(),
        1,
        new string('a', 64));

    /// <summary>One answered row.</summary>
    public AnsweredPrediction Prediction(
        float size = 1.5f,
        string plan = "basic",
        float yes = 0.75f,
        string arm = "champion",
        DateTimeOffset? at = null,
        EndpointName? endpoint = null,
        TenantId? tenant = null) => new(
            PredictionIds.New(Instance, at ?? Time.GetUtcNow()),
            at ?? Time.GetUtcNow(),
            TimeSpan.FromMicroseconds(1_234),
            tenant ?? TenantId.Default,
            endpoint ?? Live,
            "native",
            Version,
            arm,
            0.25,
            7,
            "user-1",
            null,
            new FeatureBatch(1, new[] { size, 42, 1e6f, 1, 1_767_225_600 }, new[] { plan, "123-45-6789" }),
            new[] { 1 - yes, yes });

    public void Start() => _run ??= Log.RunAsync(_stop.Token);

    public ValueTask AppendAsync(AnsweredPrediction prediction, LogDurability durability = LogDurability.Async) =>
        Log.AppendAsync(prediction, durability, default);

    /// <summary>Writes what is queued and closes the streams.</summary>
    public async Task StopAsync()
    {
        Start();
        await _stop.CancelAsync();
        await (_run ?? Task.CompletedTask);
    }

    /// <summary>Lets the second pass after which what is queued is written, and waits until it is.</summary>
    public async Task WriteAsync()
    {
        Start();
        Time.Advance(PredictionLogOptions.Interval);
        await Eventually.TrueAsync(() => Log.Health.Queued is 0);
    }

    public async Task<List<LogEntry>> ReadAsync(LogRange? range = null, EndpointName? endpoint = null, TenantId? tenant = null)
    {
        var entries = new List<LogEntry>();
        var whole = new LogRange(Time.GetUtcNow() - TimeSpan.FromDays(2), Time.GetUtcNow() + TimeSpan.FromDays(2));
        await foreach (var entry in Reader.ReadAsync(tenant ?? TenantId.Default, endpoint ?? Live, range ?? whole, default))
        {
            entries.Add(entry);
        }

        return entries;
    }

    public async Task<List<LoggedPrediction>> RecordsAsync() =>
        [.. (await ReadAsync()).OfType<LogEntry.Record>().Select(record => record.Read())];

    public async Task<List<LogGap>> GapsAsync() => [.. (await ReadAsync()).OfType<LogEntry.Missing>().Select(entry => entry.Gap)];

    public async Task<List<string>> PathsAsync() =>
        [.. (await Blobs.ListAsync("", 1_000, null, default)).Blobs.Select(blob => blob.Path)];

    public async Task<byte[]> BytesAsync(string path)
    {
        await using var stream = await Blobs.OpenReadAsync(path, 0, null, default) ?? throw new FileNotFoundException(path);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        Blobs.Appending = null;
        await StopAsync();
        await Log.DisposeAsync();
        _stop.Dispose();
        _storage.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A blob store that does before an append what the test wants.</summary>
internal sealed class UnreliableBlobs(IBlobStore inner) : IBlobStore
{
    private int _appends;
    private int _appended;
    private int _opens;

    /// <summary>Called with the store itself and an append; answers in its place unless the answer is null.</summary>
    public Func<IBlobStore, string, ReadOnlyMemory<byte>, long, Task<AppendOutcome?>>? Appending { get; set; }

    /// <summary>How many appends were begun.</summary>
    public int Appends => Volatile.Read(ref _appends);

    /// <summary>How many appends the store itself has made.</summary>
    public int Appended => Volatile.Read(ref _appended);

    public int Opens => Volatile.Read(ref _opens);

    public async Task<AppendOutcome> AppendAsync(
        string path, ReadOnlyMemory<byte> content, long expectedOffset, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _appends);
        if (Appending is { } appending && await appending(inner, path, content, expectedOffset) is { } answer)
        {
            return answer;
        }

        var outcome = await inner.AppendAsync(path, content, expectedOffset, cancellationToken);
        Interlocked.Increment(ref _appended);
        return outcome;
    }

    public Task<BlobInfo?> FindAsync(string path, CancellationToken cancellationToken) => inner.FindAsync(path, cancellationToken);

    public Task<Stream?> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _opens);
        return inner.OpenReadAsync(path, offset, length, cancellationToken);
    }

    public Task<BlobInfo?> PutAsync(string path, Stream content, BlobCondition condition, CancellationToken cancellationToken) =>
        inner.PutAsync(path, content, condition, cancellationToken);

    public Task<BlobPage> ListAsync(string prefix, int limit, string? continuation, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, limit, continuation, cancellationToken);

    public Task<bool> DeleteAsync(string path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);
}
