using System.Buffers.Binary;

namespace Mlops.Data;

/// <summary>Verdicts on up to 4,096 different texts of up to 16 bytes, by the whole text and not by a hash.</summary>
/// <remarks>It takes 24 bytes a slot at a load of at most half, and gives up where fewer than one text in four was known.</remarks>
internal sealed class VerdictMemo
{
    private const int LongestText = 16, FirstSlots = 256, MaxSlots = 8_192, MaxProbes = 8;
    private const int Nowhere = -1;

    // So many questions show whether it is worth it.
    private const int TrialLength = 16_384;

    private Entry[] _entries = new Entry[FirstSlots];
    private int _count;
    private int _asked;
    private int _known;

    /// <param name="text">The text.</param>
    /// <param name="slot">To be given to <see cref="Keep"/> if there is no verdict.</param>
    /// <returns>The verdict that was kept, or null.</returns>
    public bool? Find(ReadOnlySpan<byte> text, out int slot)
    {
        slot = Nowhere;
        if (_entries.Length is 0 || text.Length > LongestText)
        {
            return null;
        }

        if (++_asked == TrialLength)
        {
            if (_known < TrialLength / 4)
            {
                _entries = [];
                return null;
            }

            (_asked, _known) = (0, 0);
        }

        var wanted = Entry.Of(text, passes: false);
        slot = Find(wanted);
        if (slot is Nowhere || _entries[slot].Length is 0)
        {
            return null;
        }

        _known++;
        return _entries[slot].Passes;
    }

    public void Keep(ReadOnlySpan<byte> text, int slot, bool passes)
    {
        if (slot is Nowhere || (2 * _count >= _entries.Length && _entries.Length is MaxSlots))
        {
            return;
        }

        _entries[slot] = Entry.Of(text, passes);
        if (2 * ++_count >= _entries.Length && _entries.Length < MaxSlots)
        {
            Grow();
        }
    }

    private int Find(in Entry wanted)
    {
        var mask = _entries.Length - 1;
        var slot = wanted.FirstSlot & mask;
        for (var probe = 0; probe < MaxProbes; probe++, slot = (slot + 1) & mask)
        {
            ref readonly var entry = ref _entries[slot];
            if (entry.Length is 0 || (entry.First == wanted.First && entry.Last == wanted.Last && entry.Length == wanted.Length))
            {
                return slot;
            }
        }

        return Nowhere;
    }

    private void Grow()
    {
        var before = _entries;
        (_entries, _count) = (new Entry[2 * before.Length], 0);
        foreach (var entry in before)
        {
            if (entry.Length > 0 && Find(entry) is var slot and not Nowhere)
            {
                _entries[slot] = entry;
                _count++;
            }
        }
    }

    /// <param name="First">The first eight bytes, or all of them.</param>
    /// <param name="Last">The last eight bytes of more than eight.</param>
    /// <param name="Length">One more than the bytes; 0 of an empty slot.</param>
    private readonly record struct Entry(ulong First, ulong Last, byte Length, bool Passes)
    {
        public int FirstSlot => (int)(TextHash.Of(First, ulong.RotateLeft(Last, 32) ^ Length) >> 13);

        public static Entry Of(ReadOnlySpan<byte> text, bool passes) => text.Length > 8
            ? new(BinaryPrimitives.ReadUInt64LittleEndian(text), BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]), (byte)(text.Length + 1), passes)
            : new(TextHash.LastWord(text), 0, (byte)(text.Length + 1), passes);
    }
}
