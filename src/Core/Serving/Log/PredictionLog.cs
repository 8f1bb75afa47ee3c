using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>Every answered request, in blobs by endpoint and hour.</summary>
/// <remarks>
/// <para>A request copies its values into pooled memory; <see cref="RunAsync"/> encodes, compresses and appends what has gathered, each
/// second, sooner if much has, and at once if someone waits for it. While one batch is being written the next gathers, so that all
/// who wait share an append.</para>
/// <para>A batch is one gzip member of JSON lines: <c>zcat</c> reads the whole blob. Batches and records are numbered in each stream, so
/// that <see cref="PredictionLogReader"/> can tell what is missing. Columns that the signature marks as sensitive are not written.</para>
/// <para>Safe for concurrent use.</para>
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
public sealed class PredictionLog : IAsyncDisposable, IDisposable
{
    private readonly TimeProvider _time;
    private readonly LogQueue _queue;
    private readonly LogWriter _writer;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly SemaphoreSlim _writing = new(1);
    private bool _isClosed;

    public PredictionLog(
        IBlobStore blobs, LogInstance instance, PredictionLogOptions options, TimeProvider time, ILogger<PredictionLog> logger)
    {
        _time = time;
        _queue = new LogQueue(options.MaxQueuedBytes, time);
        _writer = new LogWriter(blobs, instance, options, () => _queue.IsLong, time, logger);
    }

    /// <summary>How it is doing.</summary>
    public PredictionLogHealth Health
    {
        get
        {
            var (records, since) = _queue.State;
            var lag = since is { } oldest ? _time.GetElapsedTime(oldest) : TimeSpan.Zero;
            return new PredictionLogHealth(records, lag, _writer.Written, _writer.Dropped);
        }
    }

    /// <summary>Queues one answered prediction, copied before this returns.</summary>
    /// <remarks>
    /// With <see cref="LogDurability.Async"/> it completes at once; a record that finds no room is dropped, counted and visible as a gap.
    /// With <see cref="LogDurability.Audit"/> it waits for room and completes when the record is durable.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting of an audit; the record may still be written.</param>
    /// <exception cref="PredictionNotLoggedException">Of an audit, thrown by the task: the record could not be made durable.</exception>
    public ValueTask AppendAsync(in AnsweredPrediction prediction, LogDurability durability, CancellationToken cancellationToken)
    {
        if (durability is LogDurability.None)
        {
            return ValueTask.CompletedTask;
        }

        var written = durability is LogDurability.Audit
            ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
            : null;
        switch (_queue.TryAdd(prediction, written, out var isUrgent))
        {
            case Queueing.Added:
                if (isUrgent)
                {
                    Wake();
                }

                return written is null ? ValueTask.CompletedTask : new ValueTask(written.Task.WaitAsync(cancellationToken));
            case Queueing.Full when written is not null:
                Wake();
                return new ValueTask(AddWhenThereIsRoomAsync(
                    new RecordPage(prediction, written, _time.GetTimestamp()), written.Task, cancellationToken));
            case Queueing.Stopped when written is not null:
                return ValueTask.FromException(Stopped());
            default:
                Wake();
                _queue.Drop(LaneKey.Of(prediction));
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Writes until cancelled, then what is left, and closes the streams in good order.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var timer = _time.CreateTimer(_ => Wake(), null, PredictionLogOptions.Interval, PredictionLogOptions.Interval);
        try
        {
            while (await _wake.Reader.WaitToReadAsync(cancellationToken))
            {
                _wake.Reader.TryRead(out _);
                await WriteAsync(isEnd: false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop: what is queued is written below.
        }

        _queue.Stop(isForGood: false);
        await WriteAsync(isEnd: true);
    }

    /// <summary>Writes what is left and takes no more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _queue.Stop(isForGood: true);
            await WriteAsync(isEnd: true);
        }
    }

    /// <summary>Takes no more and writes no more; who waits for a record learns that it is not durable.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _queue.Stop(isForGood: true);
        var left = _queue.Take();
        foreach (var page in left.Pages)
        {
            for (var i = 0; i < page.Count; i++)
            {
                page[i].Written?.TrySetException(Stopped());
            }
        }

        _queue.Return(left);
    }

    /// <summary>Writes what is queued now.</summary>
    /// <param name="isEnd">Whether to close the streams as well.</param>
    private async Task WriteAsync(bool isEnd)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            // Not to be cancelled: a batch that is being written is finished or given up, within bounds.
            var taken = _queue.Take();
            if (!taken.IsEmpty)
            {
                await _writer.WriteAsync(taken, CancellationToken.None);
            }

            _queue.Return(taken);
            await _writer.CloseAsync(isEnd, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    internal static PredictionNotLoggedException Stopped() => new("The prediction log has stopped.");

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task AddWhenThereIsRoomAsync(RecordPage page, Task written, CancellationToken cancellationToken)
    {
        await _queue.AddAsync(page, cancellationToken);
        Wake();
        await written.WaitAsync(cancellationToken);
    }
}
