using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>Puts queued predictions into blobs. For one caller at a time.</summary>
/// <param name="isHurried">Whether records wait in such numbers that writing them must not give way to requests.</param>
internal sealed partial class LogWriter(
    IBlobStore blobs, LogInstance instance, PredictionLogOptions options, Func<bool> isHurried, TimeProvider time, ILogger logger)
{
    /// <summary>How long after its hour a stream is closed: longer than a request takes. What comes later begins another stream.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>The most values of a batch, which makes some megabytes of JSON, before compression.</summary>
    private const int BatchValues = 256 * 1024;

    private readonly Dictionary<LaneKey, LogLane> _lanes = [];
    private readonly Dictionary<LaneKey, List<RecordPlace>> _places = [];
    private readonly Stack<List<RecordPlace>> _spare = [];
    private readonly ConcurrentBag<BatchEncoder> _encoders = [];
    private readonly DeterministicRandom _jitter = new((long)instance.Number);
    private int _streams;
    private long _written;
    private long _dropped;

    public long Written => Volatile.Read(ref _written);

    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Writes what was queued, and tells those who wait. Never fails: what cannot be written is counted as dropped.</summary>
    public async Task WriteAsync(QueuedPages taken, CancellationToken cancellationToken)
    {
        for (var page = 0; page < taken.Pages.Count; page++)
        {
            for (var i = 0; i < taken.Pages[page].Count; i++)
            {
                var key = LaneKey.Of(taken.Pages[page][i].Prediction);
                ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, key, out _);
                (places ??= _spare.Count > 0 ? _spare.Pop() : []).Add(new RecordPlace(page, i));
            }
        }

        await Task.WhenAll(_places.Select(lane => WriteAsync(LaneOf(lane.Key), taken.Pages, lane.Value, cancellationToken)));
        foreach (var places in _places.Values)
        {
            places.Clear();
            _spare.Push(places);
        }

        _places.Clear();
        foreach (var (key, records) in taken.Drops)
        {
            LaneOf(key).Skip(records);
            Interlocked.Add(ref _dropped, records);
        }
    }

    /// <summary>Sets the closing mark to streams to which nothing more comes.</summary>
    /// <param name="isEnd">Whether nothing more comes to any stream.</param>
    public async Task CloseAsync(bool isEnd, CancellationToken cancellationToken)
    {
        var open = LaneKey.HourOf(time.GetUtcNow() - Grace);
        var over = _lanes.Values.Where(lane => isEnd || lane.Key.Hour < open).ToList();
        var closed = await Task.WhenAll(over.Select(lane => TryCloseAsync(lane, cancellationToken)));
        foreach (var (lane, _) in over.Zip(closed).Where(pair => pair.Second))
        {
            _lanes.Remove(lane.Key);
        }
    }

    private LogLane LaneOf(LaneKey key)
    {
        ref var lane = ref CollectionsMarshal.GetValueRefOrAddDefault(_lanes, key, out _);
        return lane ??= new LogLane(key, LogPath.Stream(instance, ++_streams));
    }

    private async Task WriteAsync(
        LogLane lane, List<RecordPage> pages, List<RecordPlace> places, CancellationToken cancellationToken)
    {
        var encoder = _encoders.TryTake(out var used) ? used : new BatchEncoder(isHurried);
        for (int start = 0, count; start < places.Count; start += count)
        {
            count = BatchLength(pages, CollectionsMarshal.AsSpan(places)[start..]);
            Exception? failure = null;
            try
            {
                var batch = encoder.Encode(
                    lane.NextBatch(count), pages, CollectionsMarshal.AsSpan(places).Slice(start, count));
                await AppendAsync(lane, batch, cancellationToken);
                Interlocked.Add(ref _written, count);
            }
            catch (Exception given) when (given is not OutOfMemoryException)
            {
                // It belongs to those who wait for these records; the others go on.
                failure = given;
                Interlocked.Add(ref _dropped, count);
                LogNotWritten(failure, count, lane.Path);
            }

            Tell(pages, CollectionsMarshal.AsSpan(places).Slice(start, count), failure);
        }

        _encoders.Add(encoder);
    }

    private static int BatchLength(List<RecordPage> pages, ReadOnlySpan<RecordPlace> places)
    {
        var (count, values) = (0, 0);
        while (count < places.Length)
        {
            var prediction = pages[places[count].Page][places[count].Index].Prediction;
            values += 8 + prediction.Inputs.Numbers.Length + (4 * prediction.Inputs.Strings.Length) + prediction.Scores.Length;
            if (count > 0 && values > BatchValues)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private static void Tell(List<RecordPage> pages, ReadOnlySpan<RecordPlace> places, Exception? failure)
    {
        foreach (var place in places)
        {
            if (pages[place.Page][place.Index].Written is not { } written)
            {
                continue;
            }

            if (failure is null)
            {
                written.TrySetResult();
            }
            else
            {
                written.TrySetException(new PredictionNotLoggedException("The prediction could not be logged.", failure));
            }
        }
    }

    private async Task<bool> TryCloseAsync(LogLane lane, CancellationToken cancellationToken)
    {
        if (!lane.HasNumbers)
        {
            return true;
        }

        var encoder = _encoders.TryTake(out var used) ? used : new BatchEncoder(isHurried);
        try
        {
            await AppendAsync(lane, encoder.Encode(lane.End), cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogNotClosed(failure, lane.Path);
            return false;
        }
        finally
        {
            _encoders.Add(encoder);
        }
    }

    private async Task AppendAsync(LogLane lane, ReadOnlyMemory<byte> member, CancellationToken cancellationToken)
    {
        // Nearly always one: only a record that does not compress to what an append can carry needs more.
        for (; !member.IsEmpty; member = member[Math.Min(member.Length, IBlobStore.MaxAppendBytes)..])
        {
            await AppendPartAsync(lane, member[..Math.Min(member.Length, IBlobStore.MaxAppendBytes)], cancellationToken);
        }
    }

    private async Task AppendPartAsync(LogLane lane, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await blobs.AppendAsync(lane.Path, part, lane.Offset, cancellationToken);
                var length = outcome switch
                {
                    AppendOutcome.Appended appended => appended.Length,
                    AppendOutcome.WrongOffset found => found.Length,
                    _ => throw new InvalidOperationException($"'{outcome}' is no outcome of an append."),
                };
                if (length == lane.Offset + part.Length)
                {
                    // Nobody else writes here: if the offset was wrong, an attempt that seemed to fail had not.
                    lane.Appended(length);
                    return;
                }

                throw new IOException($"'{lane.Path}' is {length} bytes long instead of {lane.Offset}.");
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                if (attempt >= options.MaxAttempts)
                {
                    // What the blob ends with is not known, so nothing is added to it.
                    lane.Roll();
                    throw;
                }

                await Task.Delay(Backoff(attempt), time, cancellationToken);
            }
        }
    }

    private TimeSpan Backoff(int attempt)
    {
        lock (_jitter)
        {
            return options.FirstRetry * Math.Pow(2, attempt - 1) * (0.5 + (0.5 * _jitter.NextDouble()));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Records} predictions could not be logged in {Path}")]
    private partial void LogNotWritten(Exception failure, int records, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The prediction log {Path} could not be closed")]
    private partial void LogNotClosed(Exception failure, string path);
}
