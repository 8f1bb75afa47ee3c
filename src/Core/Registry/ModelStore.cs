using System.Runtime.CompilerServices;
using Mlops.Storage;

namespace Mlops.Registry;

/// <summary>The registry: models, their numbered versions, stages and aliases, and the history of all of it.</summary>
/// <remarks>
/// <para>All that hangs on a model lies in one partition, and every change replaces one row of it, the head. So a change and its
/// history entry happen together or not at all, and racing changes happen one after the other: of those that lose a race each is
/// decided afresh on what the winner left.</para>
/// <para>A tenant's models are also listed in an index partition. The entry is written before the model, and a listing passes over
/// entries without a model, so that a process that dies in between leaves nothing to see, and creating again completes it.</para>
/// <para>Safe for concurrent use by any number of threads and processes.</para>
/// </remarks>
public sealed partial class ModelStore(ITableStore tables, TimeProvider time)
{
    /// <summary>A listing asks storage for this many models at a time.</summary>
    private const int ReadsAtOnce = 32;

    private static readonly Dictionary<string, string> NoTags = [];

    /// <summary>Creates a model; repeating it changes nothing and says that it exists.</summary>
    public async Task<CreationOutcome> CreateAsync(
        TenantId tenant,
        ModelName name,
        string? description,
        IReadOnlyDictionary<string, string> tags,
        string actor,
        CancellationToken cancellationToken)
    {
        if (Annotations.Refusal(description, tags) is { } fault)
        {
            return new CreationOutcome.Refused(fault.Field, fault.Reason);
        }

        await tables.CommitAsync(
            ModelRows.Index(tenant), [new TableWrite.Upsert(name.Value, Documents.Write(new IndexRow(name)))], cancellationToken);

        var now = time.GetUtcNow();
        var model = new RegisteredModel(name, tags, now, actor, Annotations.Describe(null, description)) { UpdatedAt = now };
        var outcome = await tables.CommitAsync(
            ModelRows.Partition(tenant, name),
            [
                new TableWrite.Insert(ModelRows.Head, Documents.Write(ModelHead.New(now))),
                new TableWrite.Insert(ModelRows.Model, Documents.Write(model)),
                new TableWrite.Insert(
                    ModelRows.History(1), Documents.Write(new HistoryEntry(1, now, actor, HistoryKind.ModelCreated))),
            ],
            cancellationToken);
        return outcome is CommitOutcome.Committed committed
            ? new CreationOutcome.Created(model with { ETag = committed.ETags[1] ?? "" })
            : new CreationOutcome.AlreadyExists();
    }

    /// <summary>The model of that name, created without description or tags if there is none.</summary>
    public async Task<RegisteredModel> GetOrCreateAsync(
        TenantId tenant, ModelName name, string actor, CancellationToken cancellationToken) =>
        await FindAsync(tenant, name, cancellationToken)
        ?? (await CreateAsync(tenant, name, null, NoTags, actor, cancellationToken) as CreationOutcome.Created)?.Model
        ?? await FindAsync(tenant, name, cancellationToken)
        ?? throw new InvalidDataException($"Model '{name}' exists and cannot be read.");

    public async Task<RegisteredModel?> FindAsync(TenantId tenant, ModelName name, CancellationToken cancellationToken)
    {
        RegisteredModel? model = null;
        ModelHead? head = null;
        var aliases = new Dictionary<AliasName, int>();
        var scan = TableScan.WithPrefix(ModelRows.Partition(tenant, name), ModelRows.SummaryPrefix);
        await foreach (var row in RowsAsync(scan, cancellationToken))
        {
            switch (row.Key.Row)
            {
                case ModelRows.Head:
                    head = row.Read<ModelHead>();
                    break;
                case ModelRows.Model:
                    model = row.Read<RegisteredModel>() with { ETag = row.ETag };
                    break;
                default:
                    var assignment = row.Read<AliasAssignment>();
                    aliases.Add(assignment.Alias, assignment.Version);
                    break;
            }
        }

        return model is null || head is null
            ? null
            : model with { Aliases = aliases, LatestVersion = head.LastVersion, UpdatedAt = head.ChangedAt };
    }

    /// <summary>A tenant's models by name, in ordinal order.</summary>
    /// <exception cref="InvalidContinuationException">The continuation is not one of this listing's.</exception>
    public async Task<ModelPage> ListAsync(TenantId tenant, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            new TableScan(ModelRows.Index(tenant), Limit: limit, Continuation: continuation), cancellationToken);
        var models = new List<RegisteredModel>(page.Rows.Count);
        foreach (var some in page.Rows.Chunk(ReadsAtOnce))
        {
            var found = await Task.WhenAll(some.Select(row => FindAsync(tenant, row.Read<IndexRow>().Name, cancellationToken)));
            models.AddRange(found.OfType<RegisteredModel>());
        }

        return new ModelPage(models, page.Continuation);
    }

    /// <param name="ifMatch">The model's tag that the edit was based on; null edits whatever is there.</param>
    public async Task<ModelOutcome> UpdateAsync(
        TenantId tenant, ModelName name, Edit edit, string actor, string? ifMatch, CancellationToken cancellationToken)
    {
        while (await OpenAsync(tenant, name, actor, cancellationToken) is { } change)
        {
            if (await FindAsync(tenant, name, cancellationToken) is not { } model)
            {
                break;
            }

            if (ifMatch is not null && ifMatch != model.ETag)
            {
                return new ModelOutcome.Stale();
            }

            var edited = model with
            {
                Description = Annotations.Describe(model.Description, edit.Description),
                Tags = Annotations.Merge(model.Tags, edit.Tags),
                UpdatedAt = change.Now,
            };
            if (Annotations.Refusal(edited.Description, edited.Tags) is { } fault)
            {
                return new ModelOutcome.Refused(fault.Field, fault.Reason);
            }

            change.Put(ModelRows.Model, edited);
            change.Record(HistoryKind.ModelEdited);
            if (await change.CommitAsync(cancellationToken))
            {
                return new ModelOutcome.Changed(edited with { ETag = change.TagOf(ModelRows.Model) });
            }
        }

        return new ModelOutcome.UnknownModel();
    }

    /// <summary>Who changed what, newest first; empty for an unknown model.</summary>
    /// <exception cref="InvalidContinuationException">The continuation is not one of this listing's.</exception>
    public async Task<HistoryPage> HistoryAsync(
        TenantId tenant, ModelName name, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(ModelRows.Partition(tenant, name), ModelRows.HistoryPrefix, limit, continuation), cancellationToken);
        return new HistoryPage([.. page.Rows.Select(row => row.Read<HistoryEntry>())], page.Continuation);
    }

    /// <summary>A mark that is another one after every change of the model, its versions and aliases; null for an unknown model.</summary>
    public async Task<string?> GenerationAsync(TenantId tenant, ModelName name, CancellationToken cancellationToken) =>
        (await tables.FindAsync(new TableKey(ModelRows.Partition(tenant, name), ModelRows.Head), cancellationToken))?.ETag;

    private Task<ModelChange?> OpenAsync(TenantId tenant, ModelName name, string actor, CancellationToken cancellationToken) =>
        ModelChange.OpenAsync(tables, ModelRows.Partition(tenant, name), actor, time, cancellationToken);

    private async IAsyncEnumerable<TableRow> RowsAsync(
        TableScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? continuation = null; ;)
        {
            var page = await tables.ScanAsync(scan with { Continuation = continuation }, cancellationToken);
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            if ((continuation = page.Continuation) is null)
            {
                yield break;
            }
        }
    }

    private sealed record IndexRow(ModelName Name);
}
