using System.Runtime.InteropServices;

namespace Mlops.Serving;

/// <summary>What is to be written next.</summary>
/// <param name="Pages">In the order in which they were filled.</param>
/// <param name="Drops">How many records were dropped after those, by where they belong.</param>
internal sealed record QueuedPages(List<RecordPage> Pages, Dictionary<LaneKey, long> Drops)
{
    public bool IsEmpty => Pages.Count is 0 && Drops.Count is 0;
}

/// <summary>What came of queueing a prediction.</summary>
internal enum Queueing
{
    Added,

    /// <summary>There is no room now.</summary>
    Full,

    /// <summary>There will be nobody to write it.</summary>
    Stopped,
}

/// <summary>The bounded queue between requests and the writer: pages that requests fill and the writer takes all at once.</summary>
/// <remarks>Requests hold the lock for as long as a copy takes; memory is used again, so that in the steady state none is allocated.</remarks>
internal sealed class LogQueue(long maxBytes, TimeProvider time)
{
    /// <summary>The writer is woken before its time when this many pages are full.</summary>
    private const int WakingPages = 16;

    private const int LongPages = 4 * WakingPages;

    private static readonly QueuedPages Nothing = new([], []);

    private readonly Lock _lock = new();
    private readonly Stack<RecordPage> _free = [];
    private QueuedPages _filled = new([], []);
    private RecordPage? _open;
    private TaskCompletionSource _room = NewSource();
    private int _filledPages;
    private long _bytes;
    private long _records;
    private long? _takenSince;
    private bool _takesNoAudits;
    private bool _takesNothing;

    /// <summary>Whether so much waits that its writer should hurry: a fraction of a second of a load that takes all of a machine.</summary>
    public bool IsLong => Volatile.Read(ref _filledPages) >= LongPages;

    /// <summary>Records that are queued or being written, and the timestamp of the oldest.</summary>
    public (long Records, long? Since) State
    {
        get
        {
            lock (_lock)
            {
                return (_records, _takenSince ?? (_filled.Pages.Count > 0 ? _filled.Pages[0].Since : _open?.Since));
            }
        }
    }

    /// <summary>Queues a copy, unless the outcome is another.</summary>
    /// <param name="isUrgent">Whether the writer should be woken now.</param>
    public Queueing TryAdd(in AnsweredPrediction prediction, TaskCompletionSource? written, out bool isUrgent)
    {
        isUrgent = true;
        if (!RecordPage.CanHold(prediction))
        {
            return TryAdd(new RecordPage(prediction, written, time.GetTimestamp()), written);
        }

        var text = RecordPage.TextBytes(prediction.Inputs.Strings.Span);
        lock (_lock)
        {
            if (IsStoppedFor(written))
            {
                return Queueing.Stopped;
            }

            var opens = _open is null || !_open.HasRoomFor(prediction);
            var page = !opens ? _open! : _free.TryPop(out var free) ? free : new RecordPage();
            var bytes = page.SizeWith(prediction, text) - (opens ? 0 : page.Size);
            if (_bytes + bytes > maxBytes)
            {
                if (opens)
                {
                    _free.Push(page);
                }

                return Queueing.Full;
            }

            isUrgent = written is not null;
            if (opens)
            {
                isUrgent |= Seal() && _filledPages >= WakingPages;
                _open = page;
            }

            page.Add(prediction, written, page.Count is 0 ? time.GetTimestamp() : 0, text);
            _bytes += bytes;
            _records++;
            return Queueing.Added;
        }
    }

    /// <summary>Queues a page with a prediction that is waited for, as soon as there is room.</summary>
    /// <exception cref="PredictionNotLoggedException">The log has stopped.</exception>
    public async Task AddAsync(RecordPage page, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_takesNoAudits)
                {
                    throw PredictionLog.Stopped();
                }

                if (Fits(page.Size))
                {
                    _bytes += page.Size;
                    Append(page);
                    return;
                }

                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Notes that a record was not queued, so that its number is left out.</summary>
    public void Drop(LaneKey lane)
    {
        lock (_lock)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_filled.Drops, lane, out _)++;
        }
    }

    /// <summary>Takes no more of what is waited for or, for good, nothing at all.</summary>
    public void Stop(bool isForGood)
    {
        lock (_lock)
        {
            (_takesNoAudits, _takesNothing) = (true, isForGood);
        }
    }

    /// <summary>Everything that is queued; to be given back by <see cref="Return"/>.</summary>
    public QueuedPages Take()
    {
        lock (_lock)
        {
            Seal();
            if (_filled.IsEmpty)
            {
                return Nothing;
            }

            var taken = _filled;
            (_filled, _filledPages) = (new QueuedPages([], []), 0);
            _takenSince = taken.Pages.Count > 0 ? taken.Pages[0].Since : null;
            return taken;
        }
    }

    /// <summary>Gives back what was taken, once it is written, be it nothing.</summary>
    public void Return(QueuedPages taken)
    {
        TaskCompletionSource room;
        lock (_lock)
        {
            foreach (var page in taken.Pages)
            {
                _bytes -= page.Size;
                _records -= page.Count;
                if (page.Reset())
                {
                    _free.Push(page);
                }
            }

            if (_free.Count > Math.Max(WakingPages, 2 * taken.Pages.Count))
            {
                // Little by little, what only a burst needed is let go.
                _free.Pop();
            }

            (_takenSince, room, _room) = (null, _room, NewSource());
        }

        room.SetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsStoppedFor(TaskCompletionSource? written) => _takesNothing || (_takesNoAudits && written is not null);

    /// <remarks>However large it is, an empty queue takes it.</remarks>
    private bool Fits(long bytes) => _bytes is 0 || _bytes + bytes <= maxBytes;

    private Queueing TryAdd(RecordPage page, TaskCompletionSource? written)
    {
        lock (_lock)
        {
            if (!IsStoppedFor(written) && Fits(page.Size))
            {
                _bytes += page.Size;
                Append(page);
                return Queueing.Added;
            }

            page.Reset();
            return IsStoppedFor(written) ? Queueing.Stopped : Queueing.Full;
        }
    }

    private void Append(RecordPage page)
    {
        Seal();
        Fill(page);
        _records += page.Count;
    }

    private bool Seal()
    {
        if (_open is null)
        {
            return false;
        }

        Fill(_open);
        _open = null;
        return true;
    }

    private void Fill(RecordPage page)
    {
        _filled.Pages.Add(page);
        _filledPages = _filled.Pages.Count;
    }
}
