using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What came of asking for rows to be scored.</summary>
internal enum Scoring
{
    Done,

    /// <summary>As many requests wait as may.</summary>
    Full,

    /// <summary>The deadline passed while it waited.</summary>
    Late,
}

/// <summary>Bounds how many requests a model scores at once and how many wait, and scores those that wait together.</summary>
/// <remarks>
/// While there is a free slot a request is scored at once on its own thread, with no detour. Otherwise it waits; whoever frees a slot
/// takes all that have gathered, up to a number of rows, and scores them in one batch. So batches form only under load, and no
/// request waits for a batch to fill. Safe for concurrent use.
/// </remarks>
internal sealed class ScoringQueue(
    ModelVersion version, IModelScorer scorer, ServingOptions options, ServingMetrics metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = [];
    private int _running;

    public int Length
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <param name="scores">Row-major [rows, output width], written when the task is done.</param>
    public ValueTask<Scoring> ScoreAsync(
        FeatureRows rows, Memory<float> scores, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        Waiting waiting;
        lock (_lock)
        {
            if (_running < options.Parallelism)
            {
                _running++;
                waiting = null!;
            }
            else if (_waiting.Count < options.MaxWaiting)
            {
                waiting = new Waiting(rows, scores, deadline, cancellationToken);
                _waiting.Enqueue(waiting);
            }
            else
            {
                return ValueTask.FromResult(Scoring.Full);
            }
        }

        if (waiting is not null)
        {
            return new ValueTask<Scoring>(waiting.Done.Task);
        }

        try
        {
            Score(rows.Batch, scores.Span, requests: 1);
            return ValueTask.FromResult(Scoring.Done);
        }
        finally
        {
            Free();
        }
    }

    /// <summary>Gives the slot to those that wait, or back.</summary>
    private void Free()
    {
        lock (_lock)
        {
            if (_waiting.Count is 0)
            {
                _running--;
                return;
            }
        }

        // Elsewhere, so that the request that freed the slot is answered first.
        ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.ScoreWaiting(), this, preferLocal: false);
    }

    private void ScoreWaiting()
    {
        try
        {
            var batch = Take();
            if (batch.Count > 0)
            {
                ScoreTogether(batch);
            }
        }
        finally
        {
            Free();
        }
    }

    private List<Waiting> Take()
    {
        var (batch, rows, now) = (new List<Waiting>(), 0, time.GetUtcNow());
        lock (_lock)
        {
            while (_waiting.TryPeek(out var next) && (batch.Count is 0 || rows + next.Rows.Count <= options.MaxBatchRows))
            {
                _waiting.Dequeue();
                if (next.CancellationToken.IsCancellationRequested)
                {
                    next.Done.TrySetCanceled(next.CancellationToken);
                }
                else if (next.Deadline <= now)
                {
                    next.Done.TrySetResult(Scoring.Late);
                }
                else
                {
                    batch.Add(next);
                    rows += next.Rows.Count;
                }
            }
        }

        return batch;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever scoring throws belongs to those who wait for it.")]
    private void ScoreTogether(List<Waiting> batch)
    {
        try
        {
            if (batch is [var only])
            {
                Score(only.Rows.Batch, only.Scores.Span, requests: 1);
            }
            else
            {
                ScoreMerged(batch);
            }
        }
        catch (Exception failure)
        {
            batch.ForEach(waiting => waiting.Done.TrySetException(failure));
            return;
        }

        batch.ForEach(waiting => waiting.Done.TrySetResult(Scoring.Done));
    }

    private void ScoreMerged(List<Waiting> batch)
    {
        var rows = batch.Sum(waiting => waiting.Rows.Count);
        var first = batch[0].Rows.Batch;
        var (numbersPerRow, stringsPerRow) = (first.Numbers.Length / first.Rows, first.Strings.Length / first.Rows);
        var width = scorer.Signature.OutputWidth;
        var numbers = ArrayPool<float>.Shared.Rent(rows * numbersPerRow);
        var strings = ArrayPool<string>.Shared.Rent(rows * stringsPerRow);
        var scores = ArrayPool<float>.Shared.Rent(rows * width);
        var at = 0;
        foreach (var waiting in batch)
        {
            var part = waiting.Rows.Batch;
            part.Numbers.CopyTo(numbers.AsMemory(at * numbersPerRow));
            part.Strings.CopyTo(strings.AsMemory(at * stringsPerRow));
            at += part.Rows;
        }

        Score(
            new FeatureBatch(rows, numbers.AsMemory(0, rows * numbersPerRow), strings.AsMemory(0, rows * stringsPerRow)),
            scores.AsSpan(0, rows * width),
            batch.Count);
        at = 0;
        foreach (var waiting in batch)
        {
            scores.AsSpan(at * width, waiting.Rows.Count * width).CopyTo(waiting.Scores.Span);
            at += waiting.Rows.Count;
        }

        ArrayPool<float>.Shared.Return(numbers);
        ArrayPool<string>.Shared.Return(strings, clearArray: true);
        ArrayPool<float>.Shared.Return(scores);
    }

    private void Score(in FeatureBatch batch, Span<float> scores, int requests)
    {
        var started = time.GetTimestamp();
        scorer.Score(batch, scores);
        metrics.BatchScored(version, requests, batch.Rows, time.GetElapsedTime(started));
    }

    private sealed class Waiting(FeatureRows rows, Memory<float> scores, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        public FeatureRows Rows => rows;

        public Memory<float> Scores => scores;

        public DateTimeOffset? Deadline => deadline;

        public CancellationToken CancellationToken => cancellationToken;

        public TaskCompletionSource<Scoring> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
