using System.Text;

namespace Mlops.Data;

/// <summary>Counts different texts exactly as long as they are few and short enough together.</summary>
internal sealed class TokenCounts(int maxTokens, int maxBytes)
{
    // Chosen texts may share a slot; a table is given up rather than searched for long.
    private const int MaxProbes = 64;

    private Entry[] _entries = new Entry[16];
    private int[] _slots = new int[64];
    private byte[] _text = new byte[256];
    private int _textLength;

    /// <summary>How many different texts there are.</summary>
    public int Count { get; private set; }

    /// <summary>The longest text in bytes.</summary>
    public int LongestBytes { get; private set; }

    /// <returns><see langword="false"/> if this text does not fit any more; it was not counted.</returns>
    public bool TryAdd(ReadOnlySpan<byte> token, ulong hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        for (var probe = 0; probe < MaxProbes; probe++, slot = (slot + 1) & mask)
        {
            var index = _slots[slot] - 1;
            if (index < 0)
            {
                return TryInsert(token, hash, slot);
            }

            ref var entry = ref _entries[index];
            if (entry.Hash == hash && _text.AsSpan(entry.Start, entry.Length).SequenceEqual(token))
            {
                entry.Count++;
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives what was counted so far to a sketch that goes on.</summary>
    public HyperLogLog ToSketch()
    {
        var sketch = new HyperLogLog();
        foreach (var entry in _entries.AsSpan(0, Count))
        {
            sketch.Add(entry.Hash);
        }

        return sketch;
    }

    /// <summary>The most frequent texts, the most frequent first, equals in ordinal order.</summary>
    public IReadOnlyList<ValueCount> Top(int count) =>
    [
        .. _entries.Take(Count)
            .Select(entry => new ValueCount(Encoding.UTF8.GetString(_text.AsSpan(entry.Start, entry.Length)), entry.Count))
            .OrderByDescending(value => value.Count)
            .ThenBy(value => value.Value, StringComparer.Ordinal)
            .Take(count),
    ];

    private bool TryInsert(ReadOnlySpan<byte> token, ulong hash, int slot)
    {
        if (Count == maxTokens || _textLength + token.Length > maxBytes)
        {
            return false;
        }

        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * Count);
        }

        if (_textLength + token.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(2 * _text.Length, _textLength + token.Length));
        }

        token.CopyTo(_text.AsSpan(_textLength));
        _entries[Count++] = new Entry { Hash = hash, Start = _textLength, Length = token.Length, Count = 1 };
        _textLength += token.Length;
        LongestBytes = Math.Max(LongestBytes, token.Length);
        _slots[slot] = Count;
        if (2 * Count > _slots.Length)
        {
            Enlarge();
        }

        return true;
    }

    private void Enlarge()
    {
        _slots = new int[4 * _slots.Length];
        var mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var slot = (int)_entries[i].Hash & mask;
            while (_slots[slot] is not 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = i + 1;
        }
    }

    private struct Entry
    {
        public ulong Hash;
        public int Start;
        public int Length;
        public long Count;
    }
}
