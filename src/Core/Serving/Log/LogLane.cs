using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>One stream of the log as its writer knows it: where the next batch goes, and what numbers it has.</summary>
internal sealed class LogLane(LaneKey key, string stream)
{
    /// <summary>A new blob is begun a good deal before the last append that one can have.</summary>
    private const int LastAppend = IBlobStore.MaxAppends - 1_000;

    private int _segment = 1;
    private int _appends;
    private long _batches;
    private long _next = 1;
    private long _dropped;

    public LaneKey Key => key;

    public string Path => LogPath.OfSegment(key, stream, _segment);

    /// <summary>The length of the blob, as far as this process has written it.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether there is anything that a closing mark should speak of.</summary>
    public bool HasNumbers => _next > 1;

    public StreamEnd End => new(stream, _batches, _next - 1, _dropped);

    /// <summary>Numbers a batch, once and for all: if it cannot be written its numbers stay out.</summary>
    public BatchHead NextBatch(int records)
    {
        var head = new BatchHead(stream, ++_batches, _next, records, _dropped);
        _next += records;
        _dropped = 0;
        return head;
    }

    /// <summary>Gives numbers to records that were dropped.</summary>
    public void Skip(long records)
    {
        _next += records;
        _dropped += records;
    }

    public void Appended(long length)
    {
        Offset = length;
        if (++_appends >= LastAppend)
        {
            Roll();
        }
    }

    /// <summary>Goes on in a new blob.</summary>
    public void Roll()
    {
        _segment++;
        (_appends, Offset) = (0, 0);
    }
}
