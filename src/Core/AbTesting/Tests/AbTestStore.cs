using System.Runtime.CompilerServices;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.AbTesting;

/// <summary>The A/B tests of each tenant, in one partition, each with its latest report beside it.</summary>
/// <remarks>Every change of a test names the tag that it was based on. Safe for concurrent use by any number of threads and
/// processes.</remarks>
public sealed class AbTestStore(
    ITableStore tables, EndpointStore endpoints, ModelStore models, IdSource ids, TimeProvider time)
{
    private const string TestPrefix = "test:";
    private const string ReportPrefix = "report:";

    /// <summary>Describes a test. The aliases that its arms name may be set later; models and versions must be there.</summary>
    public async Task<AbTestOutcome> CreateAsync(
        TenantId tenant, AbTestName name, TestPlan plan, string actor, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(tenant, plan, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var test = new AbTest(
            name, plan, $"ab:{ids.NewId()}", AbTestState.Draft, now, actor, [new TestEvent(now, actor, AbTestState.Draft)]);
        var outcome = await tables.CommitAsync(
            Partition(tenant), [new TableWrite.Insert(Row(name), Documents.Write(test))], cancellationToken);
        return outcome is CommitOutcome.Committed committed
            ? new AbTestOutcome.Saved(test with { ETag = committed.ETags[0] ?? "" })
            : new AbTestOutcome.NameTaken();
    }

    public async Task<AbTest?> FindAsync(TenantId tenant, AbTestName name, CancellationToken cancellationToken) =>
        await tables.FindAsync(new TableKey(Partition(tenant), Row(name)), cancellationToken) is { } row ? FromRow(row) : null;

    /// <exception cref="InvalidContinuationException">The continuation is not one of this listing's.</exception>
    public async Task<AbTestPage> ListAsync(TenantId tenant, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(Partition(tenant), TestPrefix, limit, continuation), cancellationToken);
        return new AbTestPage([.. page.Rows.Select(FromRow)], page.Continuation);
    }

    /// <summary>A tenant's tests that are running or ending.</summary>
    public async IAsyncEnumerable<AbTest> LiveAsync(TenantId tenant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await ListAsync(tenant, TableLimits.MaxRowsPerPage, continuation, cancellationToken);
            foreach (var test in page.Tests.Where(test => test.State is AbTestState.Running or AbTestState.Ending))
            {
                yield return test;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    /// <summary>Removes a test and its report; a test that runs or ends stays.</summary>
    /// <param name="ifMatch">The tag of the test to remove; null removes whatever is there.</param>
    public async Task<AbTestOutcome> DeleteAsync(
        TenantId tenant, AbTestName name, string? ifMatch, CancellationToken cancellationToken)
    {
        while (await FindAsync(tenant, name, cancellationToken) is { } test)
        {
            if (ifMatch is not null && ifMatch != test.ETag)
            {
                return new AbTestOutcome.Stale();
            }

            if (test.State is AbTestState.Running or AbTestState.Ending)
            {
                return new AbTestOutcome.Refused($"Test '{name}' is running; stop it first.");
            }

            var report = await FindReportAsync(tenant, name, cancellationToken);
            TableWrite[] writes = report is null
                ? [new TableWrite.Delete(Row(name), test.ETag)]
                : [new TableWrite.Delete(Row(name), test.ETag), new TableWrite.Delete(ReportRow(name))];
            if (await tables.CommitAsync(Partition(tenant), writes, cancellationToken) is CommitOutcome.Committed)
            {
                return new AbTestOutcome.Removed();
            }
        }

        return new AbTestOutcome.UnknownTest();
    }

    /// <summary>The latest look at a test.</summary>
    /// <returns>Null before the first.</returns>
    internal async Task<StoredReport?> FindReportAsync(TenantId tenant, AbTestName name, CancellationToken cancellationToken) =>
        await tables.FindAsync(new TableKey(Partition(tenant), ReportRow(name)), cancellationToken) is { } row
            ? row.Read<StoredReport>() with { ETag = row.ETag }
            : null;

    /// <returns>Null if the test is no longer what it was.</returns>
    internal async Task<AbTest?> TryReplaceAsync(TenantId tenant, AbTest test, CancellationToken cancellationToken) =>
        await tables.CommitAsync(
            Partition(tenant), [new TableWrite.Replace(Row(test.Name), Documents.Write(test), test.ETag)], cancellationToken)
            is CommitOutcome.Committed committed
            ? test with { ETag = committed.ETags[0] ?? "" }
            : null;

    /// <summary>Keeps a look, and with it that the test has not changed since.</summary>
    /// <returns><see langword="false"/> if another look was kept meanwhile, or the test has changed.</returns>
    internal async Task<bool> TryReportAsync(TenantId tenant, AbTest test, StoredReport report, CancellationToken cancellationToken)
    {
        var document = Documents.Write(report);
        TableWrite write = report.ETag.Length is 0
            ? new TableWrite.Insert(ReportRow(test.Name), document)
            : new TableWrite.Replace(ReportRow(test.Name), document, report.ETag);

        // A test that was ended or removed since must not get a report of itself as running.
        var current = await FindAsync(tenant, test.Name, cancellationToken);
        return current?.ETag == test.ETag
            && await tables.CommitAsync(Partition(tenant), [write], cancellationToken) is CommitOutcome.Committed;
    }

    private async Task<AbTestOutcome?> RefusalAsync(TenantId tenant, TestPlan plan, CancellationToken cancellationToken)
    {
        if (await endpoints.FindAsync(tenant, plan.Endpoint, cancellationToken) is null)
        {
            return new AbTestOutcome.UnknownEndpoint(plan.Endpoint);
        }

        foreach (var target in plan.Arms.Select(arm => arm.Target).Distinct())
        {
            if (await models.GenerationAsync(tenant, target.Model, cancellationToken) is null)
            {
                return new AbTestOutcome.UnknownModel(target.Model);
            }

            if (target.Version is { } number && await models.FindVersionAsync(tenant, target.Model, number, cancellationToken) is null)
            {
                return new AbTestOutcome.UnknownVersion(target.Model, number);
            }
        }

        return null;
    }

    private static string Partition(TenantId tenant) => $"{tenant}:ab-tests";

    private static string Row(AbTestName name) => TestPrefix + name.Value;

    private static string ReportRow(AbTestName name) => ReportPrefix + name.Value;

    private static AbTest FromRow(TableRow row) => row.Read<AbTest>() with { ETag = row.ETag };
}
