using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Elements of tensors in binary: little-endian, without padding.</summary>
internal static class BinaryElements
{
    /// <returns>Null for a boolean that is neither 0 nor 1.</returns>
    public static double? Number(ReadOnlySpan<byte> data, TensorType type, int index)
    {
        var element = data.Slice(index * type.Width(), type.Width());
        return type switch
        {
            TensorType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(element),
            TensorType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(element),
            TensorType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
            TensorType.Bool => element[0] <= 1 ? element[0] : null,
            TensorType.UInt8 => element[0],
            TensorType.Int8 => (sbyte)element[0],
            TensorType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
            TensorType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
            TensorType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
            TensorType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
            TensorType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
            TensorType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }
}

/// <summary>Strings in binary: each its length in bytes as a 32-bit number, then its bytes.</summary>
internal ref struct BinaryTexts(ReadOnlySpan<byte> data)
{
    public const int LengthBytes = sizeof(uint);

    private ReadOnlySpan<byte> _left = data;

    /// <summary>How many bytes a string takes.</summary>
    public static long Size(string text) => LengthBytes + Encoding.UTF8.GetByteCount(text);

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(LengthBytes), (uint)utf8.Length);
        output.Advance(LengthBytes);
        output.Write(utf8);
    }

    public static void Write(IBufferWriter<byte> output, string text)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(LengthBytes), (uint)Encoding.UTF8.GetByteCount(text));
        output.Advance(LengthBytes);
        Encoding.UTF8.GetBytes(text, output);
    }

    /// <summary>Valid UTF-8.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <returns>Whether there is an element of this index; not after the last, and not if something is wrong, which is told.</returns>
    public bool MoveNext(V2Input input, int index, V2Errors errors)
    {
        if (index == input.Count)
        {
            if (_left.Length > 0)
            {
                errors.Add(
                    input.Path("parameters.binary_data_size"), $"has {_left.Length} bytes more than its {input.Count} strings take");
            }

            return false;
        }

        if (_left.Length < LengthBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(_left) is var length && length > _left.Length - LengthBytes)
        {
            errors.Add(input.ElementPath(index), "expected a 32-bit length and as many bytes, found the end of the tensor");
            return false;
        }

        Current = _left.Slice(LengthBytes, (int)length);
        _left = _left[(LengthBytes + (int)length)..];
        if (!Utf8.IsValid(Current))
        {
            errors.Add(input.ElementPath(index), "expected a string in UTF-8");
            return false;
        }

        return true;
    }
}
