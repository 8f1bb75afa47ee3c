using System.Collections.Concurrent;
using System.Globalization;
using Mlops.Storage;

namespace Mlops.Training;

/// <summary>Trials of a listing, by number; only an absent continuation ends it.</summary>
public sealed record StudyTrialPage(IReadOnlyList<StudyTrial> Trials, string? Continuation);

/// <summary>A tenant's studies: their trials and how far they have come. A study has the id of its training.</summary>
/// <remarks>Safe for concurrent use. Every call may be repeated after a failure without doing anything twice.</remarks>
public sealed class StudyStore(ITableStore tables)
{
    private const string TrialPrefix = "trial:";
    private const string ProgressRow = "progress";

    /// <summary>So many studies' ended trials are kept in memory, for each suggestion looks at all of them.</summary>
    private const int MaxKept = 16;

    private readonly ConcurrentDictionary<string, IReadOnlyList<StudyTrial>> _ended = new(StringComparer.Ordinal);

    /// <summary>Adds a trial that runs.</summary>
    /// <returns>The trial that has the number: this one, or one that was added before.</returns>
    public async Task<StudyTrial> AddAsync(TenantId tenant, string study, StudyTrial trial, CancellationToken cancellationToken)
    {
        var partition = Partition(tenant, study);
        var write = new TableWrite.Insert(RowOf(trial.Number), Documents.Write(trial));
        return await tables.CommitAsync(partition, [write], cancellationToken) is CommitOutcome.Committed
            ? trial
            : await GetAsync(tenant, study, trial.Number, cancellationToken);
    }

    /// <summary>Ends a trial.</summary>
    /// <returns>The trial as it ended: so, or as it had ended before.</returns>
    public async Task<StudyTrial> EndAsync(TenantId tenant, string study, StudyTrial ended, CancellationToken cancellationToken)
    {
        var key = new TableKey(Partition(tenant, study), RowOf(ended.Number));
        while (await tables.FindAsync(key, cancellationToken) is { } row)
        {
            if (row.Read<StudyTrial>() is { HasEnded: true } before)
            {
                return before;
            }

            var write = new TableWrite.Replace(key.Row, Documents.Write(ended), row.ETag);
            if (await tables.CommitAsync(key.Partition, [write], cancellationToken) is CommitOutcome.Committed)
            {
                return ended;
            }
        }

        throw Gone(ended.Number);
    }

    public async Task<StudyTrial?> FindAsync(TenantId tenant, string study, int number, CancellationToken cancellationToken) =>
        (await tables.FindAsync(new TableKey(Partition(tenant, study), RowOf(number)), cancellationToken))?.Read<StudyTrial>();

    /// <exception cref="InvalidOperationException">There is no such trial, which is a broken promise.</exception>
    public async Task<StudyTrial> GetAsync(TenantId tenant, string study, int number, CancellationToken cancellationToken) =>
        await FindAsync(tenant, study, number, cancellationToken) ?? throw Gone(number);

    /// <summary>All trials, by number.</summary>
    public async Task<IReadOnlyList<StudyTrial>> TrialsAsync(TenantId tenant, string study, CancellationToken cancellationToken)
    {
        var partition = Partition(tenant, study);
        var known = _ended.GetValueOrDefault(partition, []);
        var trials = known.ToList();
        string? continuation = null;
        do
        {
            var page = await PageAsync(partition, RowOf(known.Count), 1_000, continuation, cancellationToken);
            trials.AddRange(page.Trials);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        Keep(partition, known.Count, trials);
        return trials;
    }

    /// <param name="limit">1 to 1,000.</param>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public Task<StudyTrialPage> ListAsync(
        TenantId tenant, string study, int limit, string? continuation, CancellationToken cancellationToken) =>
        PageAsync(Partition(tenant, study), RowOf(0), limit, continuation, cancellationToken);

    public async Task ReportAsync(TenantId tenant, string study, StudyProgress progress, CancellationToken cancellationToken) =>
        await tables.CommitAsync(
            Partition(tenant, study), [new TableWrite.Upsert(ProgressRow, Documents.Write(progress))], cancellationToken);

    /// <returns>Null if the study has not begun.</returns>
    public async Task<StudyProgress?> FindProgressAsync(TenantId tenant, string study, CancellationToken cancellationToken) =>
        (await tables.FindAsync(new TableKey(Partition(tenant, study), ProgressRow), cancellationToken))?.Read<StudyProgress>();

    private async Task<StudyTrialPage> PageAsync(
        string partition, string from, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var end = TableScan.WithPrefix(partition, TrialPrefix).To;
        var page = await tables.ScanAsync(new TableScan(partition, from, end, limit, continuation), cancellationToken);
        return new StudyTrialPage([.. page.Rows.Select(row => row.Read<StudyTrial>())], page.Continuation);
    }

    /// <summary>Remembers the trials up to the first that still runs; ended trials do not change.</summary>
    private void Keep(string partition, int known, List<StudyTrial> trials)
    {
        var running = trials.FindIndex(trial => !trial.HasEnded);
        var ended = running < 0 ? trials.Count : running;
        if (ended <= known)
        {
            return;
        }

        if (_ended.Count >= MaxKept && !_ended.ContainsKey(partition))
        {
            _ended.Clear();
        }

        _ended[partition] = trials[..ended];
    }

    private static InvalidOperationException Gone(int number) => new($"Trial {number} is gone.");

    private static string Partition(TenantId tenant, string study) => $"{tenant}:study:{study}";

    private static string RowOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{TrialPrefix}{number:D6}");
}
