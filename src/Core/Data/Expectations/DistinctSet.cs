using System.Buffers.Binary;

namespace Mlops.Data;

/// <summary>How much all sets of distinct values of one validation may hold together.</summary>
/// <remarks>256 MiB: twelve million distinct values. An entry takes 16 bytes at a load of at most 3/4.</remarks>
internal sealed class DistinctBudget(long bytes = 256L << 20)
{
    private long _left = bytes;

    public bool TryTake(long taken)
    {
        if (taken > Volatile.Read(ref _left))
        {
            return false;
        }

        GiveBack(-taken);
        return true;
    }

    /// <remarks>Sets that are added to at the same time may give back, and none may take.</remarks>
    public void GiveBack(long given) => Interlocked.Add(ref _left, given);
}

/// <summary>Remembers which values there have been, by 126 bits of hash: exact but for a chance below 10^−20 at ten million values.</summary>
/// <remarks>
/// It is bounded by its budget, and by the number of slots that a search may visit, so that chosen values cannot make it slow. Beyond
/// either bound it forgets everything and says so by <see cref="IsOverflowing"/>; a sketch goes on estimating how many there are.
/// Several sets may be added to at once if each has claimed before, in turn, what it may need: which of them the budget
/// fails does then not depend on which is quicker.
/// </remarks>
internal sealed class DistinctSet(DistinctBudget budget)
{
    private const ulong Repeated = 1, Used = 2;
    private const int MaxProbes = 512;
    private const int FirstSlots = 1_024;

    /// <summary>Smaller tables grow by four, larger ones by two.</summary>
    private const int ManySlots = 1 << 18;

    /// <summary>Smaller tables are in the processor's cache anyway.</summary>
    private const int SlotsWorthFetching = 1 << 14;
    private const int Nowhere = -1;

    private HyperLogLog? _sketch;
    private Entry[] _entries = [];
    private long _kept;

    // Slots that the budget has been charged for; the table gets them when it needs them.
    private int _claimed;
    private bool _hasClaimed;
    private ulong _fetched;

    /// <summary>Stands for a missing value where that is one of several.</summary>
    public static (ulong Low, ulong High) MissingHash => (1, 1);

    /// <summary>Different values so far, exact until it overflows and then estimated with a standard error of 1.6 %.</summary>
    public long Count => _sketch?.Estimate() ?? _kept;

    /// <summary>Whether there were too many different values to remember.</summary>
    public bool IsOverflowing => _sketch is not null;

    /// <summary>Charges the budget for so many more values, as far as it goes. Until the next claim no more will be charged.</summary>
    public void Claim(int values)
    {
        _hasClaimed = true;
        while (!IsOverflowing && 4 * (_kept + values) > 3L * _claimed && TryClaim()) { }
    }

    /// <summary>Has the memory that values will be looked for in fetched into the cache, for all of them at once.</summary>
    public void Fetch(ReadOnlySpan<(ulong Low, ulong High)> hashes)
    {
        if (_entries.Length < SlotsWorthFetching)
        {
            return;
        }

        // The sum is kept so that the reading is not left out.
        var sum = 0UL;
        foreach (var (low, _) in hashes)
        {
            sum += _entries[FirstSlot(low)].Low;
        }

        _fetched += sum;
    }

    /// <summary>Takes a value.</summary>
    /// <returns>How often it has come before: 0, 1, or 2 for more often; 0 once overflowing.</returns>
    public int Add((ulong Low, ulong High) hash)
    {
        if (_sketch is not null)
        {
            _sketch.Add(hash.Low);
            return 0;
        }

        var value = Entry.Of(hash);
        if ((4 * (_kept + 1) > 3L * _entries.Length && !TryGrow()) || Find(value) is not (var slot and not Nowhere))
        {
            Overflow().Add(hash.Low);
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
        for (; text.Length > 8; text = text[8..])
        {
            high = Mix(high, BinaryPrimitives.ReadUInt64LittleEndian(text));
        }

        return (low, Mix(Mix(high, TextHash.LastWord(text)), 0x165667B19E3779F9));
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
        var slot = FirstSlot(value.Low);
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

    private int FirstSlot(ulong low) => (int)(low ^ (low >> 32)) & (_entries.Length - 1);

    /// <remarks>While a table grows, the old and the new one are there.</remarks>
    private bool TryClaim()
    {
        var slots = Math.Max(FirstSlots, (_claimed < ManySlots ? 4 : 2) * _claimed);
        while (!budget.TryTake(Entry.Bytes * slots))
        {
            if (slots <= 2 * _claimed || slots is FirstSlots)
            {
                return false;
            }

            slots /= 2;
        }

        budget.GiveBack(Entry.Bytes * _claimed);
        _claimed = slots;
        return true;
    }

    private bool TryGrow()
    {
        var before = _entries;
        if (_claimed == before.Length && (_hasClaimed || !TryClaim()))
        {
            return false;
        }

        _entries = new Entry[_claimed];
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

            _entries = before;
            return false;
        }

        return true;
    }

    private HyperLogLog Overflow()
    {
        _sketch = new HyperLogLog();
        foreach (var entry in _entries)
        {
            if (entry.High is not 0)
            {
                _sketch.Add(entry.Low);
            }
        }

        budget.GiveBack(Entry.Bytes * _claimed);
        (_entries, _claimed) = ([], 0);
        return _sketch;
    }

    /// <param name="High">Its lowest bit says that the value came again, the one above it that there is a value.</param>
    private readonly record struct Entry(ulong Low, ulong High)
    {
        public const long Bytes = 16;

        public static Entry Of((ulong Low, ulong High) hash) => new(hash.Low, (hash.High & ~Repeated) | Used);
    }
}
