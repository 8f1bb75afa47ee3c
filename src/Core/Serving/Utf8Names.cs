using System.Text;

namespace Mlops.Serving;

/// <summary>Finds names by their UTF-8 bytes without making a string.</summary>
internal sealed class Utf8Names
{
    private readonly byte[][] _names;
    private readonly int[] _slots;

    /// <param name="names">All different.</param>
    public Utf8Names(IEnumerable<string> names)
    {
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_names.Length * 2) + 1)];
        for (var i = 0; i < _names.Length; i++)
        {
            var slot = Hash(_names[i]) & (_slots.Length - 1);
            while (_slots[slot] is not 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = i + 1;
        }
    }

    public ReadOnlySpan<byte> this[int index] => _names[index];

    /// <returns>The position of the name; −1 if it is none of them.</returns>
    public int Find(ReadOnlySpan<byte> utf8)
    {
        for (var slot = Hash(utf8) & (_slots.Length - 1); _slots[slot] is var taken and not 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (utf8.SequenceEqual(_names[taken - 1]))
            {
                return taken - 1;
            }
        }

        return -1;
    }

    /// <summary>Seeded for each process, so that nobody outside can choose names or categories that collide.</summary>
    public static int Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = default(HashCode);
        hash.AddBytes(utf8);
        return hash.ToHashCode();
    }
}
