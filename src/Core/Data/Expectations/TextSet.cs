using System.Text;

namespace Mlops.Data;

/// <summary>A fixed set of texts in which UTF-8 bytes are looked up without making a string.</summary>
internal sealed class TextSet
{
    private readonly byte[][] _texts;
    private readonly ulong[] _hashes;
    private readonly int[] _slots;

    public TextSet(IEnumerable<string> texts)
    {
        _texts = [.. texts.Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];
        _hashes = [.. _texts.Select(text => TextHash.Of(text))];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(4 * _texts.Length) + 4)];
        for (var i = 0; i < _texts.Length; i++)
        {
            var slot = (int)_hashes[i] & (_slots.Length - 1);
            while (_slots[slot] is not 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = i + 1;
        }
    }

    public int Count => _texts.Length;

    public string this[int index] => Encoding.UTF8.GetString(_texts[index]);

    /// <returns>The index of the text, or −1 if it is not in the set.</returns>
    public int Find(ReadOnlySpan<byte> text) => Find(text, TextHash.Of(text));

    public int Find(ReadOnlySpan<byte> text, ulong hash)
    {
        for (var slot = (int)hash & (_slots.Length - 1); _slots[slot] is not 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            var index = _slots[slot] - 1;
            if (_hashes[index] == hash && text.SequenceEqual(_texts[index]))
            {
                return index;
            }
        }

        return -1;
    }
}
