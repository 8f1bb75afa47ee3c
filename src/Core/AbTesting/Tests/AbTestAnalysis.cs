using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>Looks at a test: units, evidence, advice; and acts on it as far as the test's plan says so.</summary>
/// <remarks>
/// A look reads the prediction log with its feedback since the start, streaming, into a <see cref="UnitTable"/>, so that late feedback
/// counts and nothing counts twice. What is kept between looks is the strongest evidence so far, which makes looking as often as one
/// likes harmless. Looks by the timer come when the test is a fiftieth older than at the last, a minute to an hour apart: all looks of
/// a test together read about fifty times what the last one does. One look at a time in a process.
/// </remarks>
public sealed class AbTestAnalysis(
    AbTestStore tests, EndpointStore endpoints, PredictionsWithFeedback predictions, AbTestEnd ending, TimeProvider time) : IDisposable
{
    private const double LooksPerAge = 50;

    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _looking = new(1);

    public void Dispose() => _looking.Dispose();

    /// <summary>Does what is due on a test: a look, or what is left of its end.</summary>
    public async Task ContinueAsync(TenantId tenant, AbTest test, CancellationToken cancellationToken)
    {
        if (test.State is AbTestState.Ending)
        {
            await ending.CompleteAsync(tenant, test, cancellationToken);
        }
        else if (IsDue(test, await tests.FindReportAsync(tenant, test.Name, cancellationToken)))
        {
            await LookAsync(tenant, test, cancellationToken);
        }
    }

    /// <summary>The latest report; null if the test has never been looked at.</summary>
    public async Task<AbTestReport?> FindReportAsync(TenantId tenant, AbTestName name, CancellationToken cancellationToken) =>
        (await tests.FindReportAsync(tenant, name, cancellationToken))?.Report;

    /// <summary>Looks at a test now. Of one that does not run the latest report stands.</summary>
    /// <returns>Null if there is none.</returns>
    public async Task<AbTestReport?> LookAsync(TenantId tenant, AbTest test, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            var before = await tests.FindReportAsync(tenant, test.Name, cancellationToken);
            if (test.State is not AbTestState.Running || test.StartedAt is not { } start)
            {
                return before?.Report;
            }

            var endpoint = await endpoints.FindAsync(tenant, test.Plan.Endpoint, cancellationToken);
            var isGoverned = endpoint is not null && test.Governs(endpoint.Policy);
            var revision = isGoverned && endpoint is not null ? endpoint.Revision : before?.Revision ?? test.Revision ?? 1;
            var now = time.GetUtcNow();
            var (units, missing) = await ReadAsync(tenant, test, new LogRange(start, now), revision, cancellationToken);
            var report = TestJudgement.Of(test, units, missing, before, revision, now);
            if (!await tests.TryReportAsync(tenant, test, report, cancellationToken))
            {
                // Another look or the end of the test came first, and stands.
                return (await tests.FindReportAsync(tenant, test.Name, cancellationToken))?.Report;
            }

            await ActAsync(tenant, test, report.Report, isGoverned, cancellationToken);
            return report.Report;
        }
        finally
        {
            _looking.Release();
        }
    }

    private bool IsDue(AbTest test, StoredReport? last)
    {
        if (test.StartedAt is not { } start || last is null)
        {
            return true;
        }

        var (now, pause) = (time.GetUtcNow(), (last.Report.At - start) / LooksPerAge);
        return now - last.Report.At >= (pause < LeastPause ? LeastPause : pause > LongestPause ? LongestPause : pause);
    }

    private async Task<(UnitTable Units, long Missing)> ReadAsync(
        TenantId tenant, AbTest test, LogRange range, int revision, CancellationToken cancellationToken)
    {
        var (plan, missing) = (test.Plan, 0L);
        var units = new UnitTable(test, [plan.Metric, .. (plan.Guardrails ?? []).Select(guardrail => guardrail.Metric)]);
        await foreach (var (entry, outcomes) in predictions.ReadAsync(tenant, plan.Endpoint, range, cancellationToken))
        {
            if (entry is LogEntry.Missing(var gap))
            {
                missing += gap.Records ?? 0;
            }
            else if (entry is LogEntry.Record record && record.Head.Revision >= test.Revision && record.Head.Revision <= revision)
            {
                units.Add(record, outcomes);
            }
        }

        if (plan.Covariate?.PrePeriodDays is { } days)
        {
            var sums = new Dictionary<int, (double Sum, int Count)>();
            var before = new LogRange(range.From - TimeSpan.FromDays(days), range.From);
            await foreach (var (entry, outcomes) in predictions.ReadAsync(tenant, plan.Endpoint, before, cancellationToken))
            {
                if (entry is LogEntry.Record record)
                {
                    units.AddBefore(record, outcomes, sums);
                }
            }

            units.KeepBefore(sums);
        }

        return (units, missing);
    }

    private async Task ActAsync(
        TenantId tenant, AbTest test, AbTestReport report, bool isGoverned, CancellationToken cancellationToken)
    {
        if (!isGoverned)
        {
            var why = $"Endpoint '{test.Plan.Endpoint}' was changed or removed, and no longer routes by the test.";
            await ending.EndAsync(tenant, test.Name, null, why, AbTest.Itself, test.ETag, cancellationToken);
        }
        else if (report is { Advice: TestAdvice.Ship, Arm: { } arm } && test.Plan.Decide is AutoDecision.ShipOrStop)
        {
            await ending.EndAsync(tenant, test.Name, arm, report.Reason, AbTest.Itself, test.ETag, cancellationToken);
        }
        else if (report.Advice is TestAdvice.Stop or TestAdvice.Inconclusive && test.Plan.Decide is not AutoDecision.Recommend)
        {
            await ending.EndAsync(tenant, test.Name, null, report.Reason, AbTest.Itself, test.ETag, cancellationToken);
        }
    }
}
