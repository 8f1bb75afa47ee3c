using System.Runtime.CompilerServices;
using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>The endpoints of each tenant, in one partition with a generation row that every change rewrites.</summary>
/// <remarks>
/// What a bandit has learned is a row beside its endpoint's, so that learning does not make a person's change stale. The tenants that
/// ever had an endpoint are listed apart, so that a process that starts knows whose models to load. Safe for concurrent use by any
/// number of threads and processes.
/// </remarks>
public sealed class EndpointStore(ITableStore tables, ModelStore models, PredictionSteps steps, TimeProvider time)
{
    private const string RowPrefix = "endpoint:";
    private const string LearnedPrefix = "learned:";
    private const string GenerationRow = "generation";

    /// <summary>No tenant's: their ids do not begin so.</summary>
    private const string TenantsPartition = "_:endpoint-tenants";

    /// <summary>Creates an endpoint. The aliases it follows may be set later; versions must be there, and steps must suit them.</summary>
    public async Task<EndpointOutcome> CreateAsync(
        TenantId tenant, EndpointName name, EndpointDefinition definition, string actor, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(tenant, definition.Policy, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var endpoint = new Endpoint(name, definition.Policy, now, actor, now, definition.Description, definition.Log);
        await tables.CommitAsync(TenantsPartition, [new TableWrite.Upsert(tenant.Value, Documents.Write(now))], cancellationToken);
        var outcome = await CommitAsync(
            tenant,
            [
                new TableWrite.Insert(Row(name), Documents.Write(endpoint)),
                new TableWrite.Upsert(LearnedRow(name), Documents.Write(new LearnedShares(new Dictionary<string, double>(), now))),
            ],
            cancellationToken);
        return outcome is CommitOutcome.Committed committed
            ? new EndpointOutcome.Saved(endpoint with { ETag = committed.ETags[0] ?? "" })
            : new EndpointOutcome.NameTaken();
    }

    /// <summary>Makes an endpoint another one under the same name.</summary>
    /// <param name="ifMatch">The tag that the change was based on; null replaces whatever is there.</param>
    public async Task<EndpointOutcome> ReplaceAsync(
        TenantId tenant, EndpointName name, EndpointDefinition definition, string? ifMatch, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(tenant, definition.Policy, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        while (await FindAsync(tenant, name, cancellationToken) is { } current)
        {
            if (ifMatch is not null && ifMatch != current.ETag)
            {
                return new EndpointOutcome.Stale();
            }

            var next = current with
            {
                Policy = definition.Policy,
                Description = definition.Description,
                Log = definition.Log,
                UpdatedAt = time.GetUtcNow(),
                Revision = current.Revision + 1,
            };
            var outcome = await CommitAsync(
                tenant, [new TableWrite.Replace(Row(name), Documents.Write(next), current.ETag)], cancellationToken);
            if (outcome is CommitOutcome.Committed committed)
            {
                return new EndpointOutcome.Saved(next with { ETag = committed.ETags[0] ?? "" });
            }
        }

        return new EndpointOutcome.UnknownEndpoint();
    }

    /// <summary>Takes over what a bandit has learned; an endpoint that is gone by now takes nothing.</summary>
    public async Task LearnAsync(TenantId tenant, EndpointName name, LearnedShares learned, CancellationToken cancellationToken)
    {
        if (await tables.FindAsync(new TableKey(Partition(tenant), LearnedRow(name)), cancellationToken) is { } row)
        {
            await CommitAsync(
                tenant, [new TableWrite.Replace(LearnedRow(name), Documents.Write(learned), row.ETag)], cancellationToken);
        }
    }

    /// <param name="ifMatch">The tag of the endpoint to remove; null removes whatever is there.</param>
    public async Task<EndpointOutcome> DeleteAsync(
        TenantId tenant, EndpointName name, string? ifMatch, CancellationToken cancellationToken) =>
        await CommitAsync(
            tenant, [new TableWrite.Delete(Row(name), ifMatch), new TableWrite.Delete(LearnedRow(name), null)], cancellationToken) switch
        {
            CommitOutcome.Committed => new EndpointOutcome.Removed(),
            CommitOutcome.Refused { Reason: RefusalReason.Stale } => new EndpointOutcome.Stale(),
            _ => new EndpointOutcome.UnknownEndpoint(),
        };

    /// <summary>An endpoint with what it has learned.</summary>
    public async Task<Endpoint?> FindAsync(TenantId tenant, EndpointName name, CancellationToken cancellationToken)
    {
        if (await tables.FindAsync(new TableKey(Partition(tenant), Row(name)), cancellationToken) is not { } row)
        {
            return null;
        }

        var endpoint = FromRow(row);
        return endpoint.Policy.Kind is PolicyKind.Bandit
            && await tables.FindAsync(new TableKey(Partition(tenant), LearnedRow(name)), cancellationToken) is { } learned
            && learned.Read<LearnedShares>() is { Shares.Count: > 0 } shares
            ? endpoint with { Learned = shares }
            : endpoint;
    }

    /// <exception cref="InvalidContinuationException">The continuation is not one of this listing's.</exception>
    public async Task<EndpointPage> ListAsync(TenantId tenant, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(Partition(tenant), RowPrefix, limit, continuation), cancellationToken);
        return new EndpointPage([.. page.Rows.Select(FromRow)], page.Continuation);
    }

    /// <summary>Every endpoint of a tenant with what it has learned.</summary>
    public async Task<IReadOnlyList<Endpoint>> AllAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var learned = new Dictionary<string, LearnedShares>(StringComparer.Ordinal);
        await foreach (var row in ScanAsync(TableScan.WithPrefix(Partition(tenant), LearnedPrefix), cancellationToken))
        {
            if (row.Read<LearnedShares>() is { Shares.Count: > 0 } shares)
            {
                learned.Add(row.Key.Row[LearnedPrefix.Length..], shares);
            }
        }

        var endpoints = new List<Endpoint>();
        await foreach (var row in ScanAsync(TableScan.WithPrefix(Partition(tenant), RowPrefix), cancellationToken))
        {
            var endpoint = FromRow(row);
            endpoints.Add(endpoint with
            {
                Learned = endpoint.Policy.Kind is PolicyKind.Bandit ? learned.GetValueOrDefault(endpoint.Name.Value) : null,
            });
        }

        return endpoints;
    }

    /// <summary>The tenants that ever had an endpoint.</summary>
    public async Task<IReadOnlyList<TenantId>> TenantsAsync(CancellationToken cancellationToken)
    {
        var tenants = new List<TenantId>();
        await foreach (var row in ScanAsync(new TableScan(TenantsPartition), cancellationToken))
        {
            tenants.Add(TenantId.Parse(row.Key.Row));
        }

        return tenants;
    }

    /// <summary>A mark that is another one after every change of any of the tenant's endpoints; null while there never was one.</summary>
    public async Task<string?> GenerationAsync(TenantId tenant, CancellationToken cancellationToken) =>
        (await tables.FindAsync(new TableKey(Partition(tenant), GenerationRow), cancellationToken))?.ETag;

    private static string Partition(TenantId tenant) => $"{tenant}:endpoints";

    private static string Row(EndpointName name) => RowPrefix + name.Value;

    private static string LearnedRow(EndpointName name) => LearnedPrefix + name.Value;

    private static Endpoint FromRow(TableRow row) => row.Read<Endpoint>() with { ETag = row.ETag };

    private async IAsyncEnumerable<TableRow> ScanAsync(
        TableScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await tables.ScanAsync(scan, cancellationToken);
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            scan = scan with { Continuation = page.Continuation };
        }
        while (scan.Continuation is not null);
    }

    private async Task<EndpointOutcome?> RefusalAsync(TenantId tenant, TrafficPolicy policy, CancellationToken cancellationToken)
    {
        foreach (var target in policy.Targets.Distinct())
        {
            if (await models.GenerationAsync(tenant, target.Model, cancellationToken) is null)
            {
                return new EndpointOutcome.UnknownModel(target.Model);
            }

            if (target.Version is { } number && await models.FindVersionAsync(tenant, target.Model, number, cancellationToken) is null)
            {
                return new EndpointOutcome.UnknownVersion(target.Model, number);
            }
        }

        foreach (var (index, arm) in policy.Arms.Index())
        {
            if (arm.Steps is { Count: > 0 } && await VersionAsync(tenant, arm.Target, cancellationToken) is { } version)
            {
                var unfit = steps.Of(arm).Select(step => (step.Name, Reason: step.RefusalFor(version.Signature))).FirstOrDefault(step => step.Reason is not null);
                if (unfit.Reason is { } reason)
                {
                    return new EndpointOutcome.UnfitStep(index, unfit.Name, reason);
                }
            }
        }

        return null;
    }

    /// <summary>What a target stands for now; null of an alias that is not set yet.</summary>
    private Task<ModelVersion?> VersionAsync(TenantId tenant, EndpointTarget target, CancellationToken cancellationToken) =>
        target.Version is { } number
            ? models.FindVersionAsync(tenant, target.Model, number, cancellationToken)
            : models.FindByAliasAsync(tenant, target.Model, target.Alias!, cancellationToken);

    private Task<CommitOutcome> CommitAsync(TenantId tenant, TableWrite[] writes, CancellationToken cancellationToken) =>
        tables.CommitAsync(
            Partition(tenant),
            [.. writes, new TableWrite.Upsert(GenerationRow, Documents.Write(time.GetUtcNow()))],
            cancellationToken);
}
