using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Mlops.Onnx;

/// <summary>Reads protobuf's wire format from bytes that may be hostile: field by field, without copying, never past the end.</summary>
/// <remarks>Anything malformed is an <see cref="InvalidDataException"/>.</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private enum WireType { Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5 }

    private ReadOnlySpan<byte> _rest = bytes;
    private WireType _wireType;
    private ulong _integer;
    private ReadOnlySpan<byte> _content;

    /// <summary>The field that <see cref="Next"/> has read.</summary>
    public int Field { get; private set; }

    public readonly long Integer => _wireType is WireType.Varint ? (long)_integer : throw Unexpected();

    public readonly ReadOnlySpan<byte> Bytes => _wireType is WireType.Delimited ? _content : throw Unexpected();

    public readonly string Text => Utf8.IsValid(Bytes)
        ? Encoding.UTF8.GetString(Bytes)
        : throw new InvalidDataException($"Field {Field} is a text that is not UTF-8.");

    public readonly ProtobufReader Message => new(Bytes);

    /// <summary>How many bytes the field's value takes; of a number of variable length, that it takes some.</summary>
    public readonly int ContentLength => _wireType switch
    {
        WireType.Delimited => _content.Length,
        WireType.Fixed64 => sizeof(ulong),
        WireType.Fixed32 => sizeof(uint),
        _ => 1,
    };

    /// <summary>Reads the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        var field = tag >> 3;
        if (field is 0 or > 0x1FFFFFFF)
        {
            throw new InvalidDataException($"There is no field {field}.");
        }

        (Field, _wireType) = ((int)field, (WireType)(tag & 7));
        switch (_wireType)
        {
            case WireType.Varint:
                _integer = Varint();
                break;
            case WireType.Fixed64:
                _integer = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case WireType.Fixed32:
                _integer = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            case WireType.Delimited:
                _content = Take(Varint());
                break;
            default:
                throw new InvalidDataException($"Field {field} has wire type {(int)_wireType}, which ONNX does not use.");
        }

        return true;
    }

    /// <summary>The integers of a repeated field, whether packed or one by one.</summary>
    public readonly void AddIntegers(List<long> integers)
    {
        if (_wireType is WireType.Varint)
        {
            integers.Add(Integer);
            return;
        }

        var packed = new ProtobufReader(Bytes);
        while (!packed._rest.IsEmpty)
        {
            integers.Add((long)packed.Varint());
        }
    }

    /// <summary>The floats of a repeated field, whether packed or one by one.</summary>
    public readonly void AddFloats(List<float> floats)
    {
        if (_wireType is WireType.Fixed32)
        {
            floats.Add(BitConverter.UInt32BitsToSingle((uint)_integer));
            return;
        }

        var packed = Bytes;
        if (packed.Length % sizeof(float) is not 0)
        {
            throw new InvalidDataException($"Field {Field} has {packed.Length} bytes of floats.");
        }

        for (var i = 0; i < packed.Length; i += sizeof(float))
        {
            floats.Add(BinaryPrimitives.ReadSingleLittleEndian(packed[i..]));
        }
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number is longer than ten bytes.");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new InvalidDataException($"{length} bytes are announced and {_rest.Length} are left.");
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private readonly InvalidDataException Unexpected() => new($"Field {Field} has wire type {(int)_wireType}.");
}
