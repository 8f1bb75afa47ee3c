using System.Text;

namespace Mlops.Serving;

/// <summary>Remembers the strings that a feature had lately, so that a category seen before costs no allocation.</summary>
/// <remarks>A fixed number of slots, the last one in wins; safe for concurrent use, since a slot is replaced in one step.</remarks>
internal sealed class CategoryCache
{
    private const int Slots = 512;
    private const int LongestKept = 64;

    private readonly Entry?[] _slots = new Entry?[Slots];

    /// <param name="utf8">Valid UTF-8.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        ref var slot = ref _slots[Utf8Names.Hash(utf8) & (Slots - 1)];
        if (Volatile.Read(ref slot) is { } kept && utf8.SequenceEqual(kept.Utf8))
        {
            return kept.Text;
        }

        var text = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref slot, new Entry(utf8.ToArray(), text));
        return text;
    }

    private sealed class Entry(byte[] utf8, string text)
    {
        public byte[] Utf8 { get; } = utf8;

        public string Text { get; } = text;
    }
}
