using Mlops.Storage;

namespace Mlops.Training;

/// <summary>How far the learner of a running training has come, for those who watch.</summary>
public sealed record LearnerProgress(int Completed, int Total, double Loss, DateTimeOffset At);

/// <summary>Where a learner says how far it has come and is told to stop.</summary>
/// <remarks>Progress is for watching only: it is overwritten, may lag, and nothing depends on it.</remarks>
public sealed class TrainingProgressBoard(ITableStore tables, TimeProvider time)
{
    private const string ProgressRow = "progress";
    private const string CancelRow = "cancel";

    public async Task ReportAsync(TenantId tenant, string training, TrainingProgress progress, CancellationToken cancellationToken)
    {
        var document = Documents.Write(new LearnerProgress(progress.Completed, progress.Total, progress.Loss, time.GetUtcNow()));
        await tables.CommitAsync(Partition(tenant, training), [new TableWrite.Upsert(ProgressRow, document)], cancellationToken);
    }

    public async Task<LearnerProgress?> FindAsync(TenantId tenant, string training, CancellationToken cancellationToken) =>
        (await tables.FindAsync(new TableKey(Partition(tenant, training), ProgressRow), cancellationToken))?.Read<LearnerProgress>();

    public async Task RequestCancelAsync(TenantId tenant, string training, CancellationToken cancellationToken) =>
        await tables.CommitAsync(
            Partition(tenant, training), [new TableWrite.Upsert(CancelRow, Documents.Write(time.GetUtcNow()))], cancellationToken);

    public async Task<bool> IsCancelRequestedAsync(TenantId tenant, string training, CancellationToken cancellationToken) =>
        await tables.FindAsync(new TableKey(Partition(tenant, training), CancelRow), cancellationToken) is not null;

    private static string Partition(TenantId tenant, string training) => $"{tenant}:training:{training}";
}
