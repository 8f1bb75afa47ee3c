namespace Mlops.Serving;

/// <summary>Follows the numbers of one stream and finds what is missing.</summary>
internal sealed class StreamProgress(string stream, long hour)
{
    private long _next = 1;
    private long _batchEnd;
    private bool _hasEnded;

    public string Stream => stream;

    public long Hour => hour;

    /// <summary>A batch begins.</summary>
    public IEnumerable<LogGap> Begin(BatchHead batch)
    {
        _hasEnded = false;
        var gaps = UpTo(batch.First, batch.Dropped);
        _batchEnd = batch.First + batch.Records;
        return gaps;
    }

    /// <summary>A record of the batch is there.</summary>
    public void Advance() => _next++;

    /// <summary>The closing mark is there.</summary>
    public IEnumerable<LogGap> End(StreamEnd end)
    {
        _hasEnded = true;
        return UpTo(end.Last + 1, end.Dropped);
    }

    /// <summary>There is nothing more to read.</summary>
    /// <param name="isOver">Whether its writer has had the time to close the stream.</param>
    public IEnumerable<LogGap> Finish(bool isOver)
    {
        var gaps = UpTo(_next, dropped: 0);
        if (isOver && !_hasEnded)
        {
            gaps.Add(Gap(GapReason.EndedAbruptly, null));
        }

        return gaps;
    }

    private List<LogGap> UpTo(long first, long dropped)
    {
        var gaps = new List<LogGap>();
        Add(GapReason.BatchTorn, _batchEnd - _next);
        Add(GapReason.BatchLost, first - dropped - _next);
        Add(GapReason.Dropped, first - _next);
        return gaps;

        void Add(GapReason reason, long records)
        {
            if (records > 0)
            {
                gaps.Add(Gap(reason, records));
                _next += records;
            }
        }
    }

    private LogGap Gap(GapReason reason, long? records) => new(stream, LaneKey.StartOf(hour), reason, _next - 1, records);
}
