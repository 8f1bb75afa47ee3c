using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>The endpoints of each tenant, in one partition with a generation row that every change rewrites.</summary>
/// <remarks>Safe for concurrent use by any number of threads and processes.</remarks>
public sealed class EndpointStore(ITableStore tables, ModelStore models, TimeProvider time)
{
    private const string RowPrefix = "endpoint:";
    private const string GenerationRow = "generation";

    /// <summary>Creates an endpoint. The alias it follows may be set later; a version must be there.</summary>
    public async Task<EndpointOutcome> CreateAsync(
        TenantId tenant,
        EndpointName name,
        EndpointTarget target,
        string? description,
        string actor,
        CancellationToken cancellationToken)
    {
        if (await RefusalAsync(tenant, target, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var endpoint = new Endpoint(name, target, now, actor, now, description);
        var outcome = await CommitAsync(
            tenant, new TableWrite.Insert(Row(name), Documents.Write(endpoint)), cancellationToken);
        return outcome is CommitOutcome.Committed committed
            ? new EndpointOutcome.Saved(endpoint with { ETag = committed.ETags[0] ?? "" })
            : new EndpointOutcome.NameTaken();
    }

    /// <summary>Points an endpoint elsewhere and describes it anew.</summary>
    /// <param name="ifMatch">The tag that the change was based on; null replaces whatever is there.</param>
    public async Task<EndpointOutcome> ReplaceAsync(
        TenantId tenant,
        EndpointName name,
        EndpointTarget target,
        string? description,
        string? ifMatch,
        CancellationToken cancellationToken)
    {
        if (await RefusalAsync(tenant, target, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        while (await FindAsync(tenant, name, cancellationToken) is { } current)
        {
            if (ifMatch is not null && ifMatch != current.ETag)
            {
                return new EndpointOutcome.Stale();
            }

            var next = current with { Target = target, Description = description, UpdatedAt = time.GetUtcNow() };
            var outcome = await CommitAsync(
                tenant, new TableWrite.Replace(Row(name), Documents.Write(next), current.ETag), cancellationToken);
            if (outcome is CommitOutcome.Committed committed)
            {
                return new EndpointOutcome.Saved(next with { ETag = committed.ETags[0] ?? "" });
            }
        }

        return new EndpointOutcome.UnknownEndpoint();
    }

    /// <param name="ifMatch">The tag of the endpoint to remove; null removes whatever is there.</param>
    public async Task<EndpointOutcome> DeleteAsync(
        TenantId tenant, EndpointName name, string? ifMatch, CancellationToken cancellationToken) =>
        await CommitAsync(tenant, new TableWrite.Delete(Row(name), ifMatch), cancellationToken) switch
        {
            CommitOutcome.Committed => new EndpointOutcome.Removed(),
            CommitOutcome.Refused { Reason: RefusalReason.Stale } => new EndpointOutcome.Stale(),
            _ => new EndpointOutcome.UnknownEndpoint(),
        };

    public async Task<Endpoint?> FindAsync(TenantId tenant, EndpointName name, CancellationToken cancellationToken) =>
        await tables.FindAsync(new TableKey(Partition(tenant), Row(name)), cancellationToken) is { } row ? FromRow(row) : null;

    /// <exception cref="InvalidContinuationException">The continuation is not one of this listing's.</exception>
    public async Task<EndpointPage> ListAsync(TenantId tenant, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(Partition(tenant), RowPrefix, limit, continuation), cancellationToken);
        return new EndpointPage([.. page.Rows.Select(FromRow)], page.Continuation);
    }

    /// <summary>A mark that is another one after every change of any of the tenant's endpoints; null while there never was one.</summary>
    public async Task<string?> GenerationAsync(TenantId tenant, CancellationToken cancellationToken) =>
        (await tables.FindAsync(new TableKey(Partition(tenant), GenerationRow), cancellationToken))?.ETag;

    private static string Partition(TenantId tenant) => $"{tenant}:endpoints";

    private static string Row(EndpointName name) => RowPrefix + name.Value;

    private static Endpoint FromRow(TableRow row) => row.Read<Endpoint>() with { ETag = row.ETag };

    private async Task<EndpointOutcome?> RefusalAsync(TenantId tenant, EndpointTarget target, CancellationToken cancellationToken)
    {
        if (await models.GenerationAsync(tenant, target.Model, cancellationToken) is null)
        {
            return new EndpointOutcome.UnknownModel();
        }

        return target.Version is { } number && await models.FindVersionAsync(tenant, target.Model, number, cancellationToken) is null
            ? new EndpointOutcome.UnknownVersion()
            : null;
    }

    private Task<CommitOutcome> CommitAsync(TenantId tenant, TableWrite write, CancellationToken cancellationToken) =>
        tables.CommitAsync(
            Partition(tenant), [write, new TableWrite.Upsert(GenerationRow, Documents.Write(time.GetUtcNow()))], cancellationToken);
}
