using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>A tenant's experiments.</summary>
/// <remarks>Safe for concurrent use. A name belongs to one experiment, and a number is given out once.</remarks>
public sealed class ExperimentStore(ITableStore tables, TimeProvider time)
{
    private const string DefaultName = "Default";

    /// <summary>The experiment of that name, made if there is none. Calls that race find the same one.</summary>
    /// <exception cref="ArgumentException">The name has no or more than 500 characters.</exception>
    public async Task<Experiment> GetOrCreateAsync(TenantId tenant, string name, CancellationToken cancellationToken)
    {
        if (TrackingRules.CheckExperimentName(name) is { } objection)
        {
            throw new ArgumentException(objection.Reason, nameof(name));
        }

        while (true)
        {
            if (await FindByNameAsync(tenant, name, cancellationToken) is { } found)
            {
                return found;
            }

            if (await TryCreateAsync(tenant, name, cancellationToken) is { } created)
            {
                return created;
            }
        }
    }

    /// <param name="id">An experiment's id; of anything else there is no experiment.</param>
    public async Task<Experiment?> FindAsync(TenantId tenant, string id, CancellationToken cancellationToken) =>
        TrackingKeys.ExperimentNumber(id) is { } number
        && await tables.FindAsync(TrackingKeys.ExperimentKey(tenant, number), cancellationToken) is { } row
            ? ToExperiment(row)
            : null;

    public async Task<Experiment?> FindByNameAsync(TenantId tenant, string name, CancellationToken cancellationToken) =>
        await tables.FindAsync(At(tenant, TrackingKeys.ExperimentName(name)), cancellationToken) is { } row
            ? await FindAsync(tenant, TrackingKeys.ExperimentId(row.Read<NumberDocument>().Number), cancellationToken)
            : null;

    /// <summary>Experiments, newest first.</summary>
    /// <param name="limit">1 to 1,000.</param>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public async Task<ExperimentPage> ListAsync(TenantId tenant, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var scan = TableScan.WithPrefix(TrackingKeys.ExperimentPartition(tenant), TrackingKeys.Experiments, limit, continuation);
        var page = await tables.ScanAsync(scan, cancellationToken);
        return new([.. page.Rows.Select(ToExperiment)], page.Continuation);
    }

    /// <returns>Null if the name or the number was taken in the meantime.</returns>
    private async Task<Experiment?> TryCreateAsync(TenantId tenant, string name, CancellationToken cancellationToken)
    {
        var counter = await tables.FindAsync(At(tenant, TrackingKeys.NextExperiment), cancellationToken);
        var number = name is DefaultName ? 0 : counter?.Read<NumberDocument>().Number ?? 1;
        var id = TrackingKeys.ExperimentId(number);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var document = new ExperimentDocument(
            id, name, $"mlflow-artifacts:/{id}", LifecycleStage.Active, now, now, new Dictionary<string, string>());
        var writes = new List<TableWrite>
        {
            new TableWrite.Insert(TrackingKeys.ExperimentName(name), Documents.Write(new NumberDocument(number))),
            new TableWrite.Insert(TrackingKeys.Experiment(number), Documents.Write(document)),
        };
        if (number > 0)
        {
            var next = Documents.Write(new NumberDocument(number + 1));
            writes.Add(counter is null
                ? new TableWrite.Insert(TrackingKeys.NextExperiment, next)
                : new TableWrite.Replace(TrackingKeys.NextExperiment, next, counter.ETag));
        }

        return await tables.CommitAsync(TrackingKeys.ExperimentPartition(tenant), writes, cancellationToken)
            is CommitOutcome.Committed { ETags: [_, { } etag, ..] }
            ? document.ToExperiment(etag)
            : null;
    }

    private static TableKey At(TenantId tenant, string row) => new(TrackingKeys.ExperimentPartition(tenant), row);

    private static Experiment ToExperiment(TableRow row) => row.Read<ExperimentDocument>().ToExperiment(row.ETag);

    private sealed record NumberDocument(uint Number);

    private sealed record ExperimentDocument(
        string Id,
        string Name,
        string ArtifactLocation,
        LifecycleStage LifecycleStage,
        DateTimeOffset CreationTime,
        DateTimeOffset LastUpdateTime,
        IReadOnlyDictionary<string, string> Tags)
    {
        public Experiment ToExperiment(string etag) =>
            new(Id, Name, ArtifactLocation, LifecycleStage, CreationTime, LastUpdateTime, Tags, etag);
    }
}
