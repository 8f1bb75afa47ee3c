using System.Buffers.Binary;

namespace Mlops.Data;

/// <summary>A 64-bit hash of bytes that is the same on every machine: words are folded in by the halves of a 128-bit product.</summary>
/// <remarks>Good enough to count with, not to keep an adversary out: whoever uses it for a table bounds the probes.</remarks>
internal static class TextHash
{
    private const ulong First = 0x9E3779B97F4A7C15, Second = 0xD1B54A32D192ED03, Third = 0x8CB92BA72F3D8DD7;

    public static ulong Of(ReadOnlySpan<byte> text)
    {
        var hash = (ulong)text.Length * First;
        while (text.Length > 8)
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text), Second);
            text = text[8..];
        }

        return Fold(Fold(hash ^ LastWord(text), Third) ^ Second, First);
    }

    /// <summary>Up to eight bytes as a word; different ones of the same length give different words.</summary>
    /// <remarks>The word overlaps itself, which is no matter where the length is known.</remarks>
    public static ulong LastWord(ReadOnlySpan<byte> text) => text.Length switch
    {
        8 => BinaryPrimitives.ReadUInt64LittleEndian(text),
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(text)
            | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << 32),
        > 0 => (ulong)text[0] | ((ulong)text[text.Length / 2] << 8) | ((ulong)text[^1] << 16),
        _ => 0UL,
    };

    /// <summary>A hash of two words.</summary>
    public static ulong Of(ulong left, ulong right) => Fold(left ^ Second, right ^ First);

    private static ulong Fold(ulong left, ulong right) => Math.BigMul(left, right, out var low) ^ low;
}
