using Mlops.Storage;

namespace Mlops.Registry;

public sealed partial class ModelStore
{
    public async Task<AliasAssignment?> FindAliasAsync(
        TenantId tenant, ModelName name, AliasName alias, CancellationToken cancellationToken) =>
        await tables.FindAsync(new TableKey(ModelRows.Partition(tenant, name), ModelRows.Alias(alias)), cancellationToken) is { } row
            ? row.Read<AliasAssignment>() with { ETag = row.ETag }
            : null;

    /// <summary>The version that the alias names now.</summary>
    public async Task<ModelVersion?> FindByAliasAsync(
        TenantId tenant, ModelName name, AliasName alias, CancellationToken cancellationToken) =>
        await FindAliasAsync(tenant, name, alias, cancellationToken) is { } assignment
            ? await FindVersionAsync(tenant, name, assignment.Version, cancellationToken)
            : null;

    /// <summary>What the alias named at an instant; null if it named nothing then.</summary>
    public async Task<AliasAssignment?> AliasAsOfAsync(
        TenantId tenant, ModelName name, AliasName alias, DateTimeOffset instant, CancellationToken cancellationToken)
    {
        var ever = TableScan.WithPrefix(ModelRows.Partition(tenant, name), ModelRows.AssignmentPrefix(alias), limit: 1);
        await foreach (var row in RowsAsync(ever with { From = ModelRows.AssignmentsUntil(alias, instant) }, cancellationToken))
        {
            return row.Read<AssignmentRow>() is { Version: { } version } then
                ? new AliasAssignment(alias, version, then.Since, then.By)
                : null;
        }

        return null;
    }

    /// <summary>Points an alias at a version; if it is there already nothing changes.</summary>
    /// <param name="ifMatch">The tag of the assignment that this one replaces; null replaces whatever is there.</param>
    public async Task<AliasOutcome> SetAliasAsync(
        TenantId tenant, ModelName name, AliasName alias, int number, string actor, string? ifMatch, CancellationToken cancellationToken)
    {
        while (await OpenAsync(tenant, name, actor, cancellationToken) is { } change)
        {
            var current = await FindAliasAsync(tenant, name, alias, cancellationToken);
            if (ifMatch is not null && ifMatch != current?.ETag)
            {
                return new AliasOutcome.Stale();
            }

            if (current?.Version == number)
            {
                return new AliasOutcome.Set(current);
            }

            if (await FindVersionAsync(tenant, name, number, cancellationToken) is null)
            {
                return new AliasOutcome.UnknownVersion();
            }

            var assignment = new AliasAssignment(alias, number, change.Now, actor);
            change.Put(ModelRows.Alias(alias), assignment);
            change.Record(HistoryKind.AliasSet, number, alias, Text(current?.Version), Text(number));
            change.Assign(alias, number);
            if (await change.CommitAsync(cancellationToken))
            {
                return new AliasOutcome.Set(assignment with { ETag = change.TagOf(ModelRows.Alias(alias)) });
            }
        }

        return new AliasOutcome.UnknownModel();
    }

    /// <summary>Takes an alias away; if it is not there nothing changes.</summary>
    /// <param name="ifMatch">The tag of the assignment to remove; null removes whatever is there.</param>
    public async Task<AliasOutcome> RemoveAliasAsync(
        TenantId tenant, ModelName name, AliasName alias, string actor, string? ifMatch, CancellationToken cancellationToken)
    {
        while (await OpenAsync(tenant, name, actor, cancellationToken) is { } change)
        {
            var current = await FindAliasAsync(tenant, name, alias, cancellationToken);
            if (ifMatch is not null && ifMatch != current?.ETag)
            {
                return new AliasOutcome.Stale();
            }

            if (current is null)
            {
                return new AliasOutcome.Removed();
            }

            change.Delete(ModelRows.Alias(alias));
            change.Record(HistoryKind.AliasRemoved, current.Version, alias, Text(current.Version));
            change.Assign(alias, null);
            if (await change.CommitAsync(cancellationToken))
            {
                return new AliasOutcome.Removed();
            }
        }

        return new AliasOutcome.UnknownModel();
    }

    private static string? Text(int? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
