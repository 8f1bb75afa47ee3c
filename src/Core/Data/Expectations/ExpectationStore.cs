using System.Security.Cryptography;
using Mlops.Storage;

namespace Mlops.Data;

/// <summary>The suites of data sets and their versions.</summary>
/// <remarks>
/// Safe for concurrent use by threads and processes. A suite's content is known by its hash: putting the content that is the newest
/// already changes nothing. A suite may be there before its data set is, to guard the first upload. Of a data set's suites one at
/// most guards uploads. A suite that was removed keeps its versions, which trainings and uploads name, and one that is put again under
/// its name goes on counting them.
/// </remarks>
public sealed class ExpectationStore(ITableStore tables, TimeProvider time)
{
    /// <summary>A suite's longest document.</summary>
    public const int MaxBytes = 512 * 1024;

    private const int MaxVersionsPerPage = 100;

    /// <summary>Makes a content the suite's newest version.</summary>
    /// <param name="ifMatch">The hash of the version that this one is to follow; null to follow whichever is there.</param>
    public async Task<SuiteOutcome> PutAsync(
        TenantId tenant, DatasetName dataset, SuiteName name, ExpectationSuite suite, string? ifMatch, CancellationToken cancellationToken)
    {
        if (CompiledSuite.Read(suite) is SuiteReading.Wrong(var errors))
        {
            return new SuiteOutcome.Wrong(errors);
        }

        var document = Documents.Write(suite);
        if (document.Length > MaxBytes)
        {
            return new SuiteOutcome.Wrong([new SuiteError("expectations", $"expected a suite of at most {MaxBytes} bytes; it has {document.Length}")]);
        }

        // Each turn of the loop that commits nothing saw another put commit.
        while (true)
        {
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(document));
            var head = await tables.FindAsync(DatasetKeys.At(tenant, ExpectationKeys.Suite(dataset, name)), cancellationToken);
            var before = head?.Read<SuiteSummary>();
            if (ifMatch is not null && ifMatch != before?.Sha256)
            {
                return new SuiteOutcome.Stale();
            }

            if (before?.Sha256 == sha256 && await FindAsync(tenant, dataset, name, before.Latest, cancellationToken) is { } same)
            {
                return new SuiteOutcome.Unchanged(same);
            }

            var guard = await tables.FindAsync(DatasetKeys.At(tenant, ExpectationKeys.Guard(dataset)), cancellationToken);
            var guarding = guard?.Read<GuardRow>().Suite;
            if (suite.OnUpload is not OnUpload.Off && guarding is not null && guarding != name)
            {
                return new SuiteOutcome.AnotherGuards(guarding);
            }

            var latest = before?.Latest ?? await LatestRemovedAsync(tenant, dataset, name, cancellationToken);
            var version = new SuiteVersion(dataset, name, latest + 1, sha256, time.GetUtcNow(), suite);
            var writes = Writes(version, head, before, guard, guarding == name);
            if (await tables.CommitAsync(DatasetKeys.Partition(tenant), writes, cancellationToken) is CommitOutcome.Committed)
            {
                return new SuiteOutcome.Stored(version);
            }
        }
    }

    /// <summary>Removes a suite and what it guards; its versions can still be read by their numbers.</summary>
    /// <param name="ifMatch">The hash of the newest version that the caller knows; null to remove it whatever it is.</param>
    public async Task<SuiteRemoval> RemoveAsync(
        TenantId tenant, DatasetName dataset, SuiteName name, string? ifMatch, CancellationToken cancellationToken)
    {
        // Each turn of the loop that commits nothing saw a put or another removal commit.
        while (true)
        {
            if (await tables.FindAsync(DatasetKeys.At(tenant, ExpectationKeys.Suite(dataset, name)), cancellationToken) is not { } head)
            {
                return SuiteRemoval.UnknownSuite;
            }

            if (ifMatch is not null && ifMatch != head.Read<SuiteSummary>().Sha256)
            {
                return SuiteRemoval.Stale;
            }

            List<TableWrite> writes = [new TableWrite.Delete(ExpectationKeys.Suite(dataset, name), head.ETag)];
            var guard = await tables.FindAsync(DatasetKeys.At(tenant, ExpectationKeys.Guard(dataset)), cancellationToken);
            if (guard?.Read<GuardRow>().Suite == name)
            {
                writes.Add(new TableWrite.Delete(ExpectationKeys.Guard(dataset), guard.ETag));
            }

            if (await tables.CommitAsync(DatasetKeys.Partition(tenant), writes, cancellationToken) is CommitOutcome.Committed)
            {
                return SuiteRemoval.Removed;
            }
        }
    }

    /// <summary>A version by its number, of a removed suite too, or the newest.</summary>
    public async Task<SuiteVersion?> FindAsync(
        TenantId tenant, DatasetName dataset, SuiteName name, int? number, CancellationToken cancellationToken)
    {
        number ??= (await tables.FindAsync(DatasetKeys.At(tenant, ExpectationKeys.Suite(dataset, name)), cancellationToken))
            ?.Read<SuiteSummary>().Latest;
        return number >= 1
            ? (await tables.FindAsync(DatasetKeys.At(tenant, ExpectationKeys.Version(dataset, name, number.Value)), cancellationToken))
                ?.Read<SuiteVersion>()
            : null;
    }

    /// <param name="limit">At most this many, 1 to 1,000.</param>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public async Task<SuitePage> ListAsync(
        TenantId tenant, DatasetName dataset, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(DatasetKeys.Partition(tenant), ExpectationKeys.Suites(dataset), limit, continuation), cancellationToken);
        return new([.. page.Rows.Select(row => row.Read<SuiteSummary>())], page.Continuation);
    }

    /// <param name="limit">At most this many, 1 to 1,000; a page has 100 at most.</param>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public async Task<SuiteVersionPage> ListVersionsAsync(
        TenantId tenant, DatasetName dataset, SuiteName name, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var scan = TableScan.WithPrefix(
            DatasetKeys.Partition(tenant), ExpectationKeys.Versions(dataset, name), Math.Min(limit, MaxVersionsPerPage), continuation);
        var page = await tables.ScanAsync(scan, cancellationToken);
        return new([.. page.Rows.Select(row => row.Read<SuiteVersion>())], page.Continuation);
    }

    /// <summary>The suite that guards uploads to a data set.</summary>
    public async Task<SuiteVersion?> FindGuardAsync(TenantId tenant, DatasetName dataset, CancellationToken cancellationToken) =>
        await tables.FindAsync(DatasetKeys.At(tenant, ExpectationKeys.Guard(dataset)), cancellationToken) is { } guard
            ? await FindAsync(tenant, dataset, guard.Read<GuardRow>().Suite, null, cancellationToken)
            : null;

    /// <returns>0 if there has never been such a suite.</returns>
    private async Task<int> LatestRemovedAsync(TenantId tenant, DatasetName dataset, SuiteName name, CancellationToken cancellationToken) =>
        (await ListVersionsAsync(tenant, dataset, name, 1, null, cancellationToken)).Versions is [var newest, ..] ? newest.Number : 0;

    private static List<TableWrite> Writes(SuiteVersion version, TableRow? head, SuiteSummary? before, TableRow? guard, bool guards)
    {
        var (dataset, name, suite) = (version.Dataset, version.Name, version.Suite);
        var now = new SuiteSummary(
            name, version.Number, version.Sha256, suite.Expectations.Count, suite.OnUpload,
            before?.CreatedAt ?? version.CreatedAt, version.CreatedAt);
        var row = ExpectationKeys.Suite(dataset, name);
        List<TableWrite> writes =
        [
            head is null
                ? new TableWrite.Insert(row, Documents.Write(now))
                : new TableWrite.Replace(row, Documents.Write(now), head.ETag),
            new TableWrite.Insert(ExpectationKeys.Version(dataset, name, version.Number), Documents.Write(version)),
        ];
        if (suite.OnUpload is not OnUpload.Off && guard is null)
        {
            writes.Add(new TableWrite.Insert(ExpectationKeys.Guard(dataset), Documents.Write(new GuardRow(name))));
        }
        else if (suite.OnUpload is OnUpload.Off && guard is not null && guards)
        {
            writes.Add(new TableWrite.Delete(ExpectationKeys.Guard(dataset), guard.ETag));
        }

        return writes;
    }

    private sealed record GuardRow(SuiteName Suite);
}

/// <summary>Suites in the order of their names; only an absent continuation ends the list.</summary>
public sealed record SuitePage(IReadOnlyList<SuiteSummary> Suites, string? Continuation);

/// <summary>Versions of a suite, the newest first; only an absent continuation ends the list.</summary>
public sealed record SuiteVersionPage(IReadOnlyList<SuiteVersion> Versions, string? Continuation);

/// <summary>What came of putting a suite.</summary>
public abstract record SuiteOutcome
{
    private SuiteOutcome() { }

    /// <summary>The content is new and is now the newest version.</summary>
    public sealed record Stored(SuiteVersion Version) : SuiteOutcome;

    /// <summary>The newest version has this very content; nothing has changed.</summary>
    public sealed record Unchanged(SuiteVersion Version) : SuiteOutcome;

    /// <summary>The suite is not in order; nothing was stored.</summary>
    public sealed record Wrong(IReadOnlyList<SuiteError> Errors) : SuiteOutcome;

    /// <summary>The newest version is another one than the caller knows.</summary>
    public sealed record Stale : SuiteOutcome;

    /// <summary>Another suite guards uploads to the data set, and one at most does.</summary>
    public sealed record AnotherGuards(SuiteName Suite) : SuiteOutcome;
}

/// <summary>What came of removing a suite.</summary>
public enum SuiteRemoval
{
    Removed,

    /// <summary>The newest version is another one than the caller knows.</summary>
    Stale,

    UnknownSuite,
}
