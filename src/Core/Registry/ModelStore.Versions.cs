using Mlops.Storage;

namespace Mlops.Registry;

public sealed partial class ModelStore
{
    /// <summary>As many others as one commit can archive beside the move itself.</summary>
    private const int MaxArchivedAtOnce = 45;

    private const int MaxKeyLength = 512;

    /// <summary>Registers a model's next version, whose files are there already.</summary>
    /// <remarks>Repeating it, at once or years later, gives the version that the key got first; so does a race with oneself.</remarks>
    public async Task<RegistrationOutcome> RegisterVersionAsync(
        TenantId tenant, ModelName name, VersionRegistration registration, string actor, CancellationToken cancellationToken)
    {
        if (registration.IdempotencyKey.Length is 0 or > MaxKeyLength)
        {
            return new RegistrationOutcome.Refused($"The idempotency key has 1 to {MaxKeyLength} characters.");
        }

        if (Annotations.Refusal(registration.Description, registration.Tags) is { } fault)
        {
            return new RegistrationOutcome.Refused(fault.Reason);
        }

        var key = ModelRows.Registration(registration.IdempotencyKey);
        while (await OpenAsync(tenant, name, actor, cancellationToken) is { } change)
        {
            var earlier = await FindRegistrationAsync(
                tenant, name, registration.IdempotencyKey, registration.Fingerprint, cancellationToken);
            if (earlier is not null)
            {
                return earlier;
            }

            var version = NextVersion(name, registration, change, actor);
            if (Documents.Write(version).Length > TableLimits.MaxDocumentBytes - Annotations.MaxBytes)
            {
                return new RegistrationOutcome.Refused("The signature, metrics and tags are too large to keep in the registry.");
            }

            change.Head = change.Head with { LastVersion = version.Number };
            change.Put(ModelRows.Version(version.Number), version);
            change.Put(key, new RegistrationRow(version.Number, registration.Fingerprint));
            change.Record(HistoryKind.VersionRegistered, version.Number);
            if (await change.CommitAsync(cancellationToken))
            {
                return new RegistrationOutcome.Registered(version with { ETag = change.TagOf(ModelRows.Version(version.Number)) });
            }
        }

        return new RegistrationOutcome.UnknownModel();
    }

    /// <summary>What registering with a key would give that was used before; null if it was not.</summary>
    /// <param name="fingerprint">As in <see cref="VersionRegistration"/>.</param>
    public async Task<RegistrationOutcome?> FindRegistrationAsync(
        TenantId tenant, ModelName name, string idempotencyKey, string? fingerprint, CancellationToken cancellationToken)
    {
        var key = new TableKey(ModelRows.Partition(tenant, name), ModelRows.Registration(idempotencyKey));
        if (await tables.FindAsync(key, cancellationToken) is not { } row)
        {
            return null;
        }

        var earlier = row.Read<RegistrationRow>();
        return earlier.Fingerprint != fingerprint
            ? new RegistrationOutcome.KeyTaken(earlier.Version)
            : new RegistrationOutcome.AlreadyRegistered(
                await FindVersionAsync(tenant, name, earlier.Version, cancellationToken)
                ?? throw new InvalidDataException($"A version of '{name}' was registered and is not there."));
    }

    public async Task<ModelVersion?> FindVersionAsync(TenantId tenant, ModelName name, int number, CancellationToken cancellationToken) =>
        number > 0
        && await tables.FindAsync(new TableKey(ModelRows.Partition(tenant, name), ModelRows.Version(number)), cancellationToken) is { } row
            ? FromRow(row)
            : null;

    /// <summary>A model's versions, newest first; empty for an unknown model.</summary>
    /// <exception cref="InvalidContinuationException">The continuation is not one of this listing's.</exception>
    public async Task<VersionPage> ListVersionsAsync(
        TenantId tenant, ModelName name, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(ModelRows.Partition(tenant, name), ModelRows.VersionPrefix, limit, continuation), cancellationToken);
        return new VersionPage([.. page.Rows.Select(FromRow)], page.Continuation);
    }

    /// <param name="ifMatch">The version's tag that the edit was based on; null edits whatever is there.</param>
    public async Task<VersionOutcome> UpdateVersionAsync(
        TenantId tenant, ModelName name, int number, Edit edit, string actor, string? ifMatch, CancellationToken cancellationToken)
    {
        while (await OpenAsync(tenant, name, actor, cancellationToken) is { } change)
        {
            if (await FindVersionAsync(tenant, name, number, cancellationToken) is not { } version)
            {
                return new VersionOutcome.UnknownVersion();
            }

            if (ifMatch is not null && ifMatch != version.ETag)
            {
                return new VersionOutcome.Stale();
            }

            var edited = version with
            {
                Description = Annotations.Describe(version.Description, edit.Description),
                Tags = Annotations.Merge(version.Tags, edit.Tags),
                Verdict = edit.Verdict ?? version.Verdict,
                UpdatedAt = change.Now,
            };
            if (Annotations.Refusal(edited.Description, edited.Tags) is { } fault)
            {
                return new VersionOutcome.Refused(fault.Field, fault.Reason);
            }

            change.Record(HistoryKind.VersionEdited, number);
            if (await PutVersionAsync(change, edited, cancellationToken) is { } written)
            {
                return new VersionOutcome.Changed(written);
            }
        }

        return new VersionOutcome.UnknownModel();
    }

    /// <summary>Moves a version to another stage; a version that is there already stays as it is.</summary>
    /// <param name="archiveExisting">Whether every other version in the target stage is archived in the same commit; only for
    /// staging and production, as in MLflow.</param>
    /// <param name="ifMatch">The version's tag that the move was based on; null moves whatever is there.</param>
    public async Task<VersionOutcome> MoveStageAsync(
        TenantId tenant,
        ModelName name,
        int number,
        Stage target,
        bool archiveExisting,
        string actor,
        string? ifMatch,
        CancellationToken cancellationToken)
    {
        if (archiveExisting && target is not (Stage.Staging or Stage.Production))
        {
            return new VersionOutcome.Refused(
                "archiveExisting", "Only a move to staging or production can archive the versions that are there.");
        }

        while (await OpenAsync(tenant, name, actor, cancellationToken) is { } change)
        {
            if (await FindVersionAsync(tenant, name, number, cancellationToken) is not { } version)
            {
                return new VersionOutcome.UnknownVersion();
            }

            if (ifMatch is not null && ifMatch != version.ETag)
            {
                return new VersionOutcome.Stale();
            }

            var others = archiveExisting ? change.Head.In(target).Where(other => other != number).ToList() : [];
            if (version.Stage == target && others.Count is 0)
            {
                return new VersionOutcome.Changed(version);
            }

            if (Refusal(version, target, others.Count) is { } reason)
            {
                return new VersionOutcome.Refused("stage", reason);
            }

            foreach (var other in others)
            {
                await ArchiveAsync(change, tenant, name, other, cancellationToken);
            }

            RecordMove(change, version, target);
            if (await PutVersionAsync(change, version with { Stage = target, UpdatedAt = change.Now }, cancellationToken) is { } moved)
            {
                return new VersionOutcome.Changed(moved);
            }
        }

        return new VersionOutcome.UnknownModel();
    }

    private static ModelVersion NextVersion(ModelName name, VersionRegistration registration, ModelChange change, string actor) => new(
        name,
        change.Head.LastVersion + 1,
        Stage.None,
        change.Now,
        actor,
        change.Now,
        registration.Folder.Id,
        registration.Signature,
        registration.Metrics,
        registration.Tags,
        registration.Folder.Size,
        registration.Folder.Sha256,
        registration.RunId,
        Annotations.Describe(null, registration.Description),
        registration.Verdict);

    private static string? Refusal(ModelVersion version, Stage target, int others) => others > MaxArchivedAtOnce
        ? $"{others} versions are in {target}; at most {MaxArchivedAtOnce} can be archived in one move."
        : version.RefusalToMoveTo(target);

    private async Task ArchiveAsync(
        ModelChange change, TenantId tenant, ModelName name, int number, CancellationToken cancellationToken)
    {
        if (await FindVersionAsync(tenant, name, number, cancellationToken) is { } version)
        {
            RecordMove(change, version, Stage.Archived);
            change.Put(ModelRows.Version(number), version with { Stage = Stage.Archived, UpdatedAt = change.Now });
        }
    }

    private static void RecordMove(ModelChange change, ModelVersion version, Stage target)
    {
        change.Head = change.Head.WithStage(version.Number, target);
        if (version.Stage != target)
        {
            change.Record(HistoryKind.StageMoved, version.Number, from: version.Stage.ToString(), to: target.ToString());
        }
    }

    /// <returns>The version with its new tag; null if the model changed in the meantime.</returns>
    private static async Task<ModelVersion?> PutVersionAsync(ModelChange change, ModelVersion version, CancellationToken cancellationToken)
    {
        var row = ModelRows.Version(version.Number);
        change.Put(row, version);
        return await change.CommitAsync(cancellationToken) ? version with { ETag = change.TagOf(row) } : null;
    }

    private static ModelVersion FromRow(TableRow row) => row.Read<ModelVersion>() with { ETag = row.ETag };
}
