using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

public sealed class ScoringQueueTests : IDisposable
{
    private static readonly ModelSignature Signature =
        new([new ColumnSchema("x", ColumnType.Number, false)], "y", TaskType.Regression, []);

    private readonly ServingMetrics _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly HeldScorer _scorer = new();

    public void Dispose()
    {
        _metrics.Dispose();
        _scorer.Dispose();
    }

    [Fact]
    public async Task Requests_that_wait_are_scored_in_one_batch_and_each_gets_its_own_scores()
    {
        var queue = Queue();
        var held = Task.Run(() => ScoreAsync(queue, 1));
        await _scorer.IsHeldAsync();
        var waiting = Enumerable.Range(2, 20).Select(x => ScoreAsync(queue, x)).ToList();

        _scorer.LetGo();

        Assert.Equal((Scoring.Done, 10f), await held);
        Assert.Equal(Enumerable.Range(2, 20).Select(x => (Scoring.Done, 10f * x)), await Task.WhenAll(waiting));
        Assert.Equal([1, 20], _scorer.Batches);
    }

    [Fact]
    public async Task A_batch_has_no_more_rows_than_it_may()
    {
        var queue = Queue(mostRows: 8);
        var held = Task.Run(() => ScoreAsync(queue, 1));
        await _scorer.IsHeldAsync();
        var waiting = Enumerable.Range(2, 20).Select(x => ScoreAsync(queue, x)).ToList();

        _scorer.LetGo();
        await held;
        await Task.WhenAll(waiting);

        Assert.Equal([1, 8, 8, 4], _scorer.Batches);
    }

    [Fact]
    public async Task When_as_many_wait_as_may_the_next_is_refused()
    {
        var queue = Queue(mostWaiting: 2);
        var held = Task.Run(() => ScoreAsync(queue, 1));
        await _scorer.IsHeldAsync();
        var waiting = new[] { ScoreAsync(queue, 2), ScoreAsync(queue, 3) };

        Assert.Equal(Scoring.Full, (await ScoreAsync(queue, 4)).Outcome);
        _scorer.LetGo();
        Assert.Equal(Scoring.Done, (await held).Outcome);
        Assert.All(await Task.WhenAll(waiting), scored => Assert.Equal(Scoring.Done, scored.Outcome));
        Assert.Equal(Scoring.Done, (await ScoreAsync(queue, 5)).Outcome);
    }

    [Fact]
    public async Task Who_waited_past_the_deadline_or_has_gone_is_not_scored()
    {
        var queue = Queue();
        using var gone = new CancellationTokenSource();
        var held = Task.Run(() => ScoreAsync(queue, 1));
        await _scorer.IsHeldAsync();
        var late = ScoreAsync(queue, 2, _time.GetUtcNow().AddMilliseconds(5));
        var left = ScoreAsync(queue, 3, cancellationToken: gone.Token);
        var patient = ScoreAsync(queue, 4, _time.GetUtcNow().AddSeconds(5));
        await gone.CancelAsync();
        _time.Advance(TimeSpan.FromMilliseconds(10));

        _scorer.LetGo();
        await held;

        Assert.Equal(Scoring.Late, (await late).Outcome);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Equal((Scoring.Done, 40f), await patient);
        Assert.Equal([1, 1], _scorer.Batches);
    }

    [Fact]
    public async Task What_scoring_throws_reaches_all_who_wait_and_the_next_is_scored()
    {
        var queue = Queue();
        var held = Task.Run(() => ScoreAsync(queue, 1));
        await _scorer.IsHeldAsync();
        var waiting = new[] { ScoreAsync(queue, HeldScorer.Poison), ScoreAsync(queue, 2) };

        _scorer.LetGo();
        await held;

        await Assert.ThrowsAsync<InvalidDataException>(() => waiting[0]);
        await Assert.ThrowsAsync<InvalidDataException>(() => waiting[1]);
        Assert.Equal((Scoring.Done, 30f), await ScoreAsync(queue, 3));
    }

    private static async Task<(Scoring Outcome, float Score)> ScoreAsync(
        ScoringQueue queue, float x, DateTimeOffset? deadline = null, CancellationToken cancellationToken = default)
    {
        using var rows = new FeatureRows(1, 0);
        rows.Add();
        rows.Set(0, 0, x);
        var scores = new float[1];
        return (await queue.ScoreAsync(rows, scores, deadline, cancellationToken), scores[0]);
    }

    private ScoringQueue Queue(int mostWaiting = 100, int mostRows = 100) => new(
        ServingOnDisk.AnyVersion(Signature),
        _scorer,
        new ServingOptions { Parallelism = 1, MaxWaiting = mostWaiting, MaxBatchRows = mostRows },
        _metrics,
        _time);

    /// <summary>Holds the first batch until it is let go; scores ten times the feature.</summary>
    private sealed class HeldScorer : IModelScorer
    {
        public const float Poison = -1;

        private readonly SemaphoreSlim _go = new(0);
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<int> _batches = [];

        public ModelSignature Signature => ScoringQueueTests.Signature;

        public IReadOnlyList<int> Batches => _batches;

        public Task IsHeldAsync() => _held.Task;

        public void LetGo() => _go.Release();

        public void Score(in FeatureBatch batch, Span<float> output)
        {
            _batches.Add(batch.Rows);
            if (_held.TrySetResult())
            {
                _go.Wait();
            }

            for (var row = 0; row < batch.Rows; row++)
            {
                output[row] = batch.Numbers.Span[row] is Poison ? throw new InvalidDataException() : 10 * batch.Numbers.Span[row];
            }
        }

        public void Dispose() => _go.Dispose();
    }
}
