using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Runs a learner beside a watcher that tells how far it is and stops it when its training is cancelled.</summary>
public sealed class WatchedLearning(TrainingProgressBoard board, TimeProvider time)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <param name="learn">What takes long; reports to <paramref name="progress"/> and ends when its token says so.</param>
    /// <exception cref="TrainingRefusedException">The training was cancelled.</exception>
    public async Task<T> RunAsync<T>(
        TenantId tenant, string training, Func<CancellationToken, T> learn, LatestProgress? progress, CancellationToken cancellationToken)
    {
        await RequireWantedAsync(tenant, training, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var learning = Task.Run(() => learn(stop.Token), stop.Token);
        using var timer = new PeriodicTimer(BetweenLooks, time);
        try
        {
            var tick = timer.WaitForNextTickAsync(stop.Token).AsTask();
            while (await Task.WhenAny(learning, tick) != learning)
            {
                await TellAsync(tenant, training, progress, stop.Token);
                await RequireWantedAsync(tenant, training, stop.Token);
                tick = timer.WaitForNextTickAsync(stop.Token).AsTask();
            }
        }
        finally
        {
            if (!learning.IsCompleted)
            {
                await stop.CancelAsync();
            }
        }

        await TellAsync(tenant, training, progress, cancellationToken);
        return await learning;
    }

    /// <exception cref="TrainingRefusedException">The training was cancelled.</exception>
    public async Task RequireWantedAsync(TenantId tenant, string training, CancellationToken cancellationToken)
    {
        if (await board.IsCancelRequestedAsync(tenant, training, cancellationToken))
        {
            throw new TrainingRefusedException("The training was cancelled.");
        }
    }

    private async Task TellAsync(TenantId tenant, string training, LatestProgress? progress, CancellationToken cancellationToken)
    {
        if (progress?.Take() is { } latest)
        {
            await board.ReportAsync(tenant, training, latest, cancellationToken);
        }
    }
}

/// <summary>Hands the newest progress from the learner's thread to the watcher.</summary>
public sealed class LatestProgress
{
    private TrainingProgress? _latest;

    public void Set(TrainingProgress progress) => Volatile.Write(ref _latest, progress);

    public TrainingProgress? Take() => Interlocked.Exchange(ref _latest, null);
}
