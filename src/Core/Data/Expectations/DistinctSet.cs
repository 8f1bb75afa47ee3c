using System.Buffers.Binary;

namespace Mlops.Data;

/// <summary>How much all sets of distinct values of one validation may hold together.</summary>
/// <remarks>256 MiB: twelve million distinct values. An entry takes 16 bytes at a load of at most 3/4.</remarks>
internal sealed class DistinctBudget(long bytes = 256L << 20)
{
    private long _left = bytes;

    public bool TryTake(long taken)
    {
        if (taken > _left)
        {
            return false;
        }

        _left -= taken;
        return true;
    }

    public void GiveBack(long given) => _left += given;
}

/// <summary>Remembers which values there have been, by 126 bits of hash: exact but for a chance below 10^−20 at ten million values.</summary>
/// <remarks>
/// It is bounded by its budget, and by the number of slots that a search may visit, so that chosen values cannot make it slow. Beyond
/// either bound it forgets everything and says so by <see cref="IsOverflowing"/>; a sketch goes on estimating how many there are.
/// </remarks>
internal sealed class DistinctSet(DistinctBudget budget)
{
    private const ulong Repeated = 1, Used = 2;
    private const int MaxProbes = 512;
    private const int FirstSlots = 1_024;
    private const int Nowhere = -1;

    private readonly HyperLogLog _sketch = new();
    private Entry[] _entries = [];
    private long _kept;

    /// <summary>Different values so far, exact until it overflows and then estimated with a standard error of 1.6 %.</summary>
    public long Count => IsOverflowing ? _sketch.Estimate() : _kept;

    /// <summary>Whether there were too many different values to remember.</summary>
    public bool IsOverflowing { get; private set; }

    /// <summary>Takes a value.</summary>
    /// <returns>How often it has come before: 0, 1, or 2 for more often; 0 once overflowing.</returns>
    public int Add((ulong Low, ulong High) hash)
    {
        _sketch.Add(hash.Low);
        if (IsOverflowing || (4 * (_kept + 1) > 3 * _entries.Length && !TryGrow()))
        {
            return 0;
        }

        var value = Entry.Of(hash);
        var slot = Find(value);
        if (slot is Nowhere)
        {
            Overflow();
            return 0;
        }

        ref var entry = ref _entries[slot];
        if (entry.High is not 0)
        {
            var before = (entry.High & Repeated) is 0 ? 1 : 2;
            entry = entry with { High = entry.High | Repeated };
            return before;
        }

        entry = value;
        _kept++;
        return 0;
    }

    /// <summary>Whether a value that was taken came more than once.</summary>
    public bool IsRepeated((ulong Low, ulong High) hash) =>
        _entries.Length > 0 && Find(Entry.Of(hash)) is var slot and not Nowhere && (_entries[slot].High & Repeated) is not 0;

    /// <summary>The hash of a value, spaces around it aside.</summary>
    public static (ulong Low, ulong High) Hash(ReadOnlySpan<byte> text)
    {
        text = CsvValue.Trimmed(text);
        var low = TextHash.Of(text);
        var high = 0xC2B2AE3D27D4EB4FUL ^ (ulong)text.Length;
        for (; text.Length >= 8; text = text[8..])
        {
            high = Mix(high, BinaryPrimitives.ReadUInt64LittleEndian(text));
        }

        ulong last = 0;
        foreach (var value in text)
        {
            last = (last << 8) | value;
        }

        return (low, Mix(Mix(high, last), 0x165667B19E3779F9));
    }

    /// <summary>The hash of several values in a row.</summary>
    public static (ulong Low, ulong High) Combine((ulong Low, ulong High) left, (ulong Low, ulong High) right) =>
        (Mix(left.Low, right.Low), Mix(left.High, right.High));

    // Invertible in the state and in the word, so that nothing is lost in one step.
    private static ulong Mix(ulong state, ulong word)
    {
        state = ulong.RotateLeft(state ^ (word * 0x9FB21C651E98DF25), 29) * 0xFF51AFD7ED558CCD;
        return state ^ (state >> 32);
    }

    /// <returns>The slot that has the value or would take it, or <see cref="Nowhere"/>.</returns>
    private int Find(Entry value)
    {
        var mask = _entries.Length - 1;
        var slot = (int)(value.Low ^ (value.Low >> 32)) & mask;
        for (var probe = 0; probe < MaxProbes; probe++, slot = (slot + 1) & mask)
        {
            ref readonly var entry = ref _entries[slot];
            if (entry.High is 0 || (entry.Low == value.Low && (entry.High | Repeated) == (value.High | Repeated)))
            {
                return slot;
            }
        }

        return Nowhere;
    }

    private bool TryGrow()
    {
        var before = _entries;
        var slots = Math.Max(FirstSlots, 2 * before.Length);
        if (!budget.TryTake(Entry.Bytes * slots))
        {
            Overflow();
            return false;
        }

        budget.GiveBack(Entry.Bytes * before.Length);
        _entries = new Entry[slots];
        foreach (var entry in before)
        {
            if (entry.High is 0)
            {
                continue;
            }

            if (Find(entry) is var slot and not Nowhere)
            {
                _entries[slot] = entry;
                continue;
            }

            Overflow();
            return false;
        }

        return true;
    }

    private void Overflow()
    {
        budget.GiveBack(Entry.Bytes * _entries.Length);
        (_entries, IsOverflowing) = ([], true);
    }

    /// <param name="High">Its lowest bit says that the value came again, the one above it that there is a value.</param>
    private readonly record struct Entry(ulong Low, ulong High)
    {
        public const long Bytes = 16;

        public static Entry Of((ulong Low, ulong High) hash) => new(hash.Low, (hash.High & ~Repeated) | Used);
    }
}
