using System.Diagnostics.CodeAnalysis;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Bounds how many requests a model that takes tensors scores at once and how many wait, like <see cref="ScoringQueue"/>.</summary>
/// <remarks>Tensors are not scored together: which of their lengths counts rows only the model knows. A request whose deadline passes
/// while it waits or is scored is given up. Safe for concurrent use.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class TensorQueue(
    ModelVersion version, ITensorScorer scorer, ServingOptions options, ServingMetrics metrics, TimeProvider time)
{
    private readonly SemaphoreSlim _slots = new(options.Parallelism);
    private int _waiting;

    /// <summary>How many requests wait.</summary>
    public int Length => Volatile.Read(ref _waiting);

    /// <returns>The outputs, if they were scored.</returns>
    /// <exception cref="TensorScoringException">The graph cannot take these values together.</exception>
    public async ValueTask<(Scoring Outcome, IReadOnlyList<NamedTensor> Outputs)> ScoreAsync(
        IReadOnlyList<NamedTensor> inputs,
        IReadOnlyList<string> outputs,
        DateTimeOffset? deadline,
        CancellationToken cancellationToken)
    {
        using var limit = deadline is { } end ? new CancellationTokenSource(Left(end), time) : null;
        using var either = limit is null ? null : CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var ending = either?.Token ?? cancellationToken;
        try
        {
            if (!await TryEnterAsync(ending))
            {
                return (Scoring.Full, []);
            }

            try
            {
                return (Scoring.Done, Score(inputs, outputs, ending));
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (limit is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            return (Scoring.Late, []);
        }
    }

    private TimeSpan Left(DateTimeOffset deadline)
    {
        var left = deadline - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <returns>Whether there was a slot, or a place to wait for one.</returns>
    private async ValueTask<bool> TryEnterAsync(CancellationToken cancellationToken)
    {
        if (await _slots.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return true;
        }

        try
        {
            if (Interlocked.Increment(ref _waiting) > options.MaxWaiting)
            {
                return false;
            }

            await _slots.WaitAsync(cancellationToken);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private IReadOnlyList<NamedTensor> Score(
        IReadOnlyList<NamedTensor> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var scored = scorer.Run(inputs, outputs, cancellationToken);
        metrics.BatchScored(version, requests: 1, rows: 1, time.GetElapsedTime(started));
        return scored;
    }
}
