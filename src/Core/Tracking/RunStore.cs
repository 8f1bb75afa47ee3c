using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>A tenant's runs and what they have logged.</summary>
/// <remarks>Safe for concurrent use. Every call may be repeated after a failure without doing anything twice.</remarks>
public sealed partial class RunStore(ITableStore tables, IBlobStore blobs, IdSource ids)
{
    private readonly MetricLog _log = new(blobs);

    /// <summary>Starts a run, or finds the one that was started with the same idempotency key.</summary>
    /// <exception cref="ArgumentException">The experiment does not exist, or <see cref="TrackingRules"/> object.</exception>
    public async Task<Run> CreateAsync(TenantId tenant, string experimentId, RunStart start, CancellationToken cancellationToken)
    {
        if (TrackingRules.Check(start) is [var objection, ..])
        {
            throw new ArgumentException($"{objection.Field}: {objection.Reason}", nameof(start));
        }

        if (TrackingKeys.ExperimentNumber(experimentId) is not { } experiment
            || await tables.FindAsync(TrackingKeys.ExperimentKey(tenant, experiment), cancellationToken) is null)
        {
            throw new ArgumentException($"No Experiment with id={experimentId} exists.", nameof(experimentId));
        }

        while (true)
        {
            var run = await FindStartedAsync(tenant, experiment, start.IdempotencyKey, cancellationToken)
                ?? await TryCreateAsync(tenant, experiment, start, cancellationToken);
            if (run is not null)
            {
                return run;
            }
        }
    }

    /// <param name="runId">A run's id; of anything else there is no run.</param>
    public async Task<Run?> FindAsync(TenantId tenant, string runId, CancellationToken cancellationToken) =>
        await FindRowAsync(tenant, runId, cancellationToken) is (var id, var row) ? ToRun(id, row) : null;

    /// <summary>The active runs of an experiment, newest first.</summary>
    /// <param name="limit">1 to 1,000.</param>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public async Task<RunPage> ListAsync(
        TenantId tenant, string experimentId, int limit, string? continuation, CancellationToken cancellationToken)
    {
        if (TrackingKeys.ExperimentNumber(experimentId) is not { } experiment)
        {
            return new([], null);
        }

        var page = await tables.ScanAsync(
            TableScan.WithPrefix(TrackingKeys.RunPartition(tenant, experiment), TrackingKeys.Runs, limit, continuation), cancellationToken);
        var runs = page.Rows.Select(row => ToRun(RunId.At(experiment, row.Key.Row[TrackingKeys.Runs.Length..]), row));
        return new([.. runs.Where(run => run.LifecycleStage is LifecycleStage.Active)], page.Continuation);
    }

    /// <summary>Changes a run.</summary>
    /// <param name="etag">The tag that the run must still have; whatever it has if absent.</param>
    public async Task<RunChangeOutcome> ChangeAsync(
        TenantId tenant, string runId, RunChange change, string? etag, CancellationToken cancellationToken)
    {
        if (TrackingRules.Check(change) is { Count: > 0 } objections)
        {
            return new RunChangeOutcome.Refused(objections);
        }

        while (await FindRowAsync(tenant, runId, cancellationToken) is (var id, var row))
        {
            if (etag is not null && etag != row.ETag)
            {
                return new RunChangeOutcome.Stale();
            }

            var document = row.Read<RunDocument>();
            if (document.LifecycleStage is LifecycleStage.Deleted && change.LifecycleStage is null)
            {
                return new RunChangeOutcome.Refused([RunDocument.Deleted(id)]);
            }

            if (await TryReplaceAsync(row, document.With(change), cancellationToken) is { } changed)
            {
                return new RunChangeOutcome.Changed(document.With(change).ToRun(id, changed));
            }
        }

        return new RunChangeOutcome.UnknownRun();
    }

    /// <summary>Ends a run.</summary>
    /// <param name="status">Finished, failed or killed.</param>
    public Task<RunChangeOutcome> FinishAsync(
        TenantId tenant, string runId, RunStatus status, DateTimeOffset end, CancellationToken cancellationToken) =>
        status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed
            ? ChangeAsync(tenant, runId, new(status, end), etag: null, cancellationToken)
            : throw new ArgumentOutOfRangeException(nameof(status), status, "A run does not end so.");

    private async Task<(RunId Id, TableRow Row)?> FindRowAsync(TenantId tenant, string runId, CancellationToken cancellationToken) =>
        RunId.TryParse(runId, null, out var id) && await tables.FindAsync(TrackingKeys.Run(tenant, id), cancellationToken) is { } row
            ? (id, row)
            : null;

    private async Task<Run?> FindStartedAsync(TenantId tenant, uint experiment, string? key, CancellationToken cancellationToken) =>
        key is not null
        && await tables.FindAsync(
            new(TrackingKeys.RunPartition(tenant, experiment), TrackingKeys.IdempotencyKey(key)), cancellationToken) is { } started
            ? await FindAsync(tenant, started.Read<StartedDocument>().RunId, cancellationToken)
            : null;

    /// <returns>Null if the key, or by a rare chance the id, was taken in the meantime.</returns>
    private async Task<Run?> TryCreateAsync(TenantId tenant, uint experiment, RunStart start, CancellationToken cancellationToken)
    {
        var id = RunId.New(experiment, start.StartTime, ids);
        var document = RunDocument.Of(start, ids);
        var writes = new List<TableWrite> { new TableWrite.Insert(TrackingKeys.Run(tenant, id).Row, document.Write()) };
        if (start.IdempotencyKey is { } key)
        {
            writes.Add(new TableWrite.Insert(TrackingKeys.IdempotencyKey(key), Documents.Write(new StartedDocument(id.Value))));
        }

        return await tables.CommitAsync(TrackingKeys.RunPartition(tenant, experiment), writes, cancellationToken)
            is CommitOutcome.Committed { ETags: [{ } etag, ..] }
            ? document.ToRun(id, etag)
            : null;
    }

    /// <returns>The new tag; null if the row has changed.</returns>
    private async Task<string?> TryReplaceAsync(TableRow row, RunDocument document, CancellationToken cancellationToken) =>
        await tables.CommitAsync(
            row.Key.Partition, [new TableWrite.Replace(row.Key.Row, document.Write(), row.ETag)], cancellationToken)
            is CommitOutcome.Committed { ETags: [var etag] }
            ? etag
            : null;

    private static Run ToRun(RunId id, TableRow row) => row.Read<RunDocument>().ToRun(id, row.ETag);

    private sealed record StartedDocument(string RunId);
}
