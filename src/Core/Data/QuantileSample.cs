namespace Mlops.Data;

/// <summary>All the numbers given, or a sample of them spread evenly over their order of arrival once they are more than fit.</summary>
/// <remarks>
/// One number is drawn from each group of 2^k in a row. When there is no room for more, one of each two neighbours is dropped by
/// chance and the groups become twice as long; so each number has the same chance, and there are always more than half as many as fit.
/// The draws are independent, hence by Hoeffding's inequality a quantile read from n of them is off by at most √(ln 200 / 2n) in rank
/// with 99 % confidence: 1.3 % for 16,384.
/// </remarks>
internal sealed class QuantileSample(int capacity, int seed)
{
    private readonly DeterministicRandom _random = new(seed);
    private double[] _values = new double[Math.Min(capacity, 64)];
    private int _kept;
    private long _group = 1;

    // Where in its group the number lies that is drawn next, and how many come before it in the blocks to come.
    private long _place;
    private long _skip;

    public bool IsExact => _group is 1;

    public void Add(ReadOnlySpan<double> block)
    {
        while (_skip < block.Length)
        {
            block = block[(int)_skip..];
            _skip = 0;
            if (_kept < _values.Length || TryMakeRoom())
            {
                _values[_kept++] = block[0];
                var place = Draw(_group);
                _skip = _group - _place + place;
                _place = place;
            }
        }

        _skip -= block.Length;
    }

    /// <summary>The kept numbers in order of arrival.</summary>
    public double[] Kept() => _values.AsSpan(0, _kept).ToArray();

    /// <summary>The kept numbers in ascending order.</summary>
    public double[] Sorted()
    {
        var sorted = Kept();
        Array.Sort(sorted);
        return sorted;
    }

    /// <returns>Whether the number drawn from the group that has begun still is the one drawn, now that the group is twice as
    /// long.</returns>
    private bool TryMakeRoom()
    {
        if (_values.Length < capacity)
        {
            Array.Resize(ref _values, Math.Min(2 * _values.Length, capacity));
            return true;
        }

        _kept /= 2;
        for (var i = 0; i < _kept; i++)
        {
            _values[i] = _values[(2 * i) + (int)Draw(2)];
        }

        var half = _group;
        _group *= 2;
        if (Draw(2) is 0)
        {
            return true;
        }

        var place = half + Draw(half);
        _skip = place - _place;
        _place = place;
        return false;
    }

    /// <param name="count">A power of two.</param>
    private long Draw(long count) => count is 1 ? 0 : (long)(_random.NextUInt64() >> 1) & (count - 1);
}
