using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>The tracking slice over SQLite in a temporary folder.</summary>
internal sealed class TrackingFixture : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteStorage _storage;

    public TrackingFixture()
    {
        _storage = SqliteStorage.Open(_folder.Path, Time, IdSource.Random);
        Tables = new(_storage.Tables);
        Experiments = new(Tables, Time);
        Runs = new(Tables, Blobs, new SequentialIds());
        Artifacts = new(Blobs, Runs);
    }

    public static TenantId Tenant { get; } = TenantId.Default;

    public FakeTimeProvider Time { get; } = new();

    public ObservedTableStore Tables { get; }

    public IBlobStore Blobs => _storage.Blobs;

    public ExperimentStore Experiments { get; }

    public RunStore Runs { get; }

    public ArtifactStore Artifacts { get; }

    public async Task<Run> StartRunAsync(string? key = null, string? name = null, params Tag[] tags)
    {
        var experiment = await Experiments.GetOrCreateAsync(Tenant, "tests", default);
        return await Runs.CreateAsync(Tenant, experiment.Id, new(name, Time.GetUtcNow(), tags, key), default);
    }

    public async Task<Run> LogAsync(Run run, RunBatch batch) =>
        Assert.IsType<LogOutcome.Logged>(await Runs.LogBatchAsync(Tenant, run.Id, batch, default)).Run;

    public async Task<IReadOnlyList<Objection>> RefusedAsync(Run run, RunBatch batch) =>
        Assert.IsType<LogOutcome.Refused>(await Runs.LogBatchAsync(Tenant, run.Id, batch, default)).Objections;

    public async Task<Run> FindAsync(Run run)
    {
        var found = await Runs.FindAsync(Tenant, run.Id, default);
        Assert.NotNull(found);
        return found;
    }

    public async Task<List<Metric>> HistoryAsync(Run run, string key, int limit = 1_000)
    {
        var metrics = new List<Metric>();
        string? continuation = null;
        do
        {
            var page = await Runs.MetricHistoryAsync(Tenant, run.Id, key, limit, continuation, default);
            Assert.NotNull(page);
            Assert.InRange(page.Metrics.Count, 0, limit);
            metrics.AddRange(page.Metrics);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return metrics;
    }

    public void Dispose()
    {
        _storage.Dispose();
        _folder.Dispose();
    }
}
