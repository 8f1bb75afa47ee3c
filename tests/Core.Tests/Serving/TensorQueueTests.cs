using Mlops.Registry;

namespace Mlops.Serving;

public sealed class TensorQueueTests : IDisposable
{
    private static readonly TensorSignature Signature =
        new([new TensorSpec("x", TensorType.Int32, [1])], [new TensorSpec("y", TensorType.Int32, [1])]);

    private readonly ServingMetrics _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly HeldScorer _scorer = new();

    public void Dispose()
    {
        _metrics.Dispose();
        _scorer.Dispose();
    }

    [Fact]
    public async Task No_more_are_scored_at_once_than_may_no_more_wait_than_may_and_all_of_these_are_scored()
    {
        var queue = Queue(mostWaiting: 2);
        var held = Task.Run(() => ScoreAsync(queue));
        await _scorer.IsHeldAsync();
        var waiting = new[] { ScoreAsync(queue), ScoreAsync(queue) };

        Assert.Equal(Scoring.Full, await ScoreAsync(queue));
        _scorer.LetGo(3);

        Assert.Equal([Scoring.Done, Scoring.Done, Scoring.Done], [await held, .. await Task.WhenAll(waiting)]);
        Assert.Equal(1, _scorer.MostAtOnce);
    }

    [Fact]
    public async Task Who_waits_past_the_deadline_is_not_scored_and_who_has_gone_neither()
    {
        var queue = Queue();
        using var gone = new CancellationTokenSource();
        var held = Task.Run(() => ScoreAsync(queue));
        await _scorer.IsHeldAsync();
        var late = ScoreAsync(queue, _time.GetUtcNow().AddMilliseconds(5));
        var left = ScoreAsync(queue, null, gone.Token);
        await gone.CancelAsync();
        _time.Advance(TimeSpan.FromMilliseconds(10));

        Assert.Equal(Scoring.Late, await late);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _scorer.LetGo(1);
        Assert.Equal(Scoring.Done, await held);
        Assert.Equal(1, _scorer.Runs);
    }

    [Fact]
    public async Task Scoring_ends_at_the_deadline()
    {
        var queue = Queue();
        var late = Task.Run(() => ScoreAsync(queue, _time.GetUtcNow().AddMilliseconds(5)));
        await _scorer.IsHeldAsync();

        _time.Advance(TimeSpan.FromMilliseconds(10));

        Assert.Equal(Scoring.Late, await late);
    }

    private static async Task<Scoring> ScoreAsync(
        TensorQueue queue, DateTimeOffset? deadline = null, CancellationToken cancellationToken = default) =>
        (await queue.ScoreAsync([], [], deadline, cancellationToken)).Outcome;

    private TensorQueue Queue(int mostWaiting = 100) => new(
        ServingOnDisk.AnyVersion(ModelSignature.Of(Signature)),
        _scorer,
        new ServingOptions { Parallelism = 1, MaxWaiting = mostWaiting },
        _metrics,
        _time);

    /// <summary>Holds every run until it is let go or cancelled.</summary>
    private sealed class HeldScorer : ITensorScorer
    {
        private readonly SemaphoreSlim _go = new(0);
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _atOnce;
        private int _runs;

        public TensorSignature Signature => TensorQueueTests.Signature;

        public int Runs => Volatile.Read(ref _runs);

        public int MostAtOnce { get; private set; }

        public Task IsHeldAsync() => _held.Task;

        public void LetGo(int runs) => _go.Release(runs);

        public IReadOnlyList<NamedTensor> Run(
            IReadOnlyList<NamedTensor> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            _held.TrySetResult();
            try
            {
                _go.Wait(cancellationToken);
                return [];
            }
            finally
            {
                Interlocked.Decrement(ref _atOnce);
            }
        }

        public void Dispose() => _go.Dispose();
    }
}
