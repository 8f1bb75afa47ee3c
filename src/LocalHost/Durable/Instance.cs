namespace Mlops.LocalHost.Durable;

/// <summary>An instance in memory: its mailbox, and its execution while that is kept.</summary>
/// <remarks>
/// The mailbox is safe for concurrent use and says when somebody has to take turns. Whatever changes what is stored of the
/// instance holds the gate.
/// </remarks>
internal sealed class Instance(string id)
{
    /// <summary>Inbox rows a commit deletes at most, beside what else it writes.</summary>
    private const int MaxRowsPerTurn = 80;

    private readonly Lock _lock = new();
    private List<Envelope> _mailbox = [];
    private bool _isScheduled;
    private bool _isParked;
    private bool _isRetired;

    public string Id { get; } = id;

    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>What is kept of the instance between turns; touched only inside the gate.</summary>
    public LoadedInstance? Loaded { get; set; }

    /// <summary>When the instance last took a turn, by a counter of the engine.</summary>
    public long LastTurn { get; set; }

    /// <param name="mustRun">Whether the caller has to see to it that turns are taken.</param>
    /// <returns><see langword="false"/> if this object is no longer the instance's: ask for another one.</returns>
    public bool TryPost(Envelope envelope, out bool mustRun)
    {
        lock (_lock)
        {
            mustRun = !_isRetired && !_isScheduled;
            _isScheduled |= mustRun;
            _isParked = false;
            if (!_isRetired)
            {
                _mailbox.Add(envelope);
            }

            return !_isRetired;
        }
    }

    /// <summary>Takes what a turn can hold; the rest waits.</summary>
    /// <returns><see langword="false"/> if there is nothing: then the next message needs somebody to take turns again.</returns>
    public bool TryTake(out List<Envelope> batch)
    {
        lock (_lock)
        {
            batch = [];
            if (!_isParked)
            {
                (batch, _mailbox) = (_mailbox, batch);
                var rows = 0;
                var last = batch.FindIndex(envelope => envelope.Row is not null && ++rows > MaxRowsPerTurn);
                if (last >= 0)
                {
                    (batch, _mailbox) = (batch[..last], batch[last..]);
                }
            }

            _isScheduled = batch.Count > 0;
            return _isScheduled;
        }
    }

    /// <summary>Puts messages back in front.</summary>
    /// <param name="parked">Whether they wait until something else comes.</param>
    public void PutBack(IEnumerable<Envelope> batch, bool parked)
    {
        lock (_lock)
        {
            _mailbox.InsertRange(0, batch);
            _isParked = parked;
        }
    }

    /// <summary>Whether another object has taken, or will take, this one's place.</summary>
    public bool IsRetired
    {
        get
        {
            lock (_lock)
            {
                return _isRetired;
            }
        }
    }

    /// <returns><see langword="true"/> if nothing is going on here, after which this object takes no messages.</returns>
    public bool TryRetire()
    {
        lock (_lock)
        {
            return _isRetired = _isRetired || (!_isScheduled && _mailbox.Count is 0);
        }
    }
}

/// <summary>An execution with the stored state it stands for.</summary>
internal sealed class LoadedInstance(StoredState stored, Execution execution)
{
    public StoredState Stored { get; set; } = stored;

    public Execution Execution { get; } = execution;

    /// <summary>Inbox rows that turns have consumed since the instance was loaded: their messages may still be on the way.</summary>
    public HashSet<string> Consumed { get; } = new(StringComparer.Ordinal);
}
