using System.Buffers.Binary;
using System.Globalization;
using System.Text.Unicode;
using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>What a constant of a graph says of itself, read without its values.</summary>
/// <param name="Labels">The values as text, of a short vector of strings or integers: they may be class labels.</param>
internal sealed record TensorClaim(
    string Name, ElementType Type, IReadOnlyList<long> Shape, bool IsExternal, IReadOnlyList<string>? Labels)
{
    /// <summary>As many classes as anybody has.</summary>
    private const int MostLabels = 10_000;

    /// <summary>How many elements lie in a byte of the smallest type.</summary>
    private const int MostElementsOfByte = 2;

    /// <exception cref="InvalidDataException">It is malformed, or claims more elements than it carries bytes for: the runtime would
    /// make room for them before it looks.</exception>
    public static TensorClaim Read(ProtobufReader tensor)
    {
        var (name, type, isExternal, carried) = (string.Empty, ElementType.Undefined, false, 0L);
        List<long> shape = [];
        List<string> texts = [];
        List<long> integers = [];
        var (strings, isShort) = (0L, true);
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case Tensor.Dimension:
                    tensor.AddIntegers(shape);
                    break;
                case Tensor.ElementType:
                    type = (ElementType)tensor.Integer;
                    break;
                case Tensor.Name:
                    name = tensor.Text;
                    break;
                case Tensor.ExternalData:
                    isExternal = true;
                    break;
                case Tensor.DataLocation:
                    isExternal |= tensor.Integer != 0;
                    break;
                case Tensor.Texts:
                    strings++;
                    if (!Utf8.IsValid(tensor.Bytes))
                    {
                        throw new InvalidDataException($"A string of the tensor '{name}' is not UTF-8.");
                    }

                    if (texts.Count < MostLabels)
                    {
                        texts.Add(tensor.Text);
                    }

                    break;
                case Tensor.Integers64:
                    carried += tensor.ContentLength;
                    isShort &= tensor.ContentLength <= MostLabels;
                    if (isShort)
                    {
                        tensor.AddIntegers(integers);
                    }

                    break;
                case Tensor.RawData:
                    carried += tensor.ContentLength;
                    isShort &= tensor.ContentLength <= MostLabels * sizeof(long);
                    if (isShort && type is ElementType.Int64)
                    {
                        AddRaw(tensor.Bytes, integers);
                    }

                    break;
                case Tensor.Floats or Tensor.Integers32 or Tensor.Doubles or Tensor.Unsigned64:
                    carried += tensor.ContentLength;
                    break;
            }
        }

        var elements = Elements(shape, name);
        var room = type is ElementType.String ? strings : carried * MostElementsOfByte;
        if (!isExternal && type is not ElementType.Undefined && elements > room)
        {
            var found = type is ElementType.String ? $"{strings} strings" : $"{carried} bytes";
            throw new InvalidDataException($"The tensor '{name}' claims {elements} elements and carries {found}.");
        }

        var labels = shape.Count != 1 || !isShort ? []
            : type is ElementType.String ? texts
            : integers.ConvertAll(label => label.ToString(CultureInfo.InvariantCulture));
        return new TensorClaim(name, type, shape, isExternal, labels.Count == elements && labels.Count > 1 ? labels : null);
    }

    /// <exception cref="InvalidDataException">A dimension is negative, or there are more elements than can be counted.</exception>
    public static long Elements(IReadOnlyList<long> shape, string name)
    {
        // A dimension of zero empties the tensor, however large the others are.
        if (shape.Contains(0))
        {
            return 0;
        }

        var elements = 1L;
        foreach (var length in shape)
        {
            if (length < 0 || elements > long.MaxValue / length)
            {
                throw new InvalidDataException($"The tensor '{name}' has the shape [{string.Join(", ", shape)}].");
            }

            elements *= length;
        }

        return elements;
    }

    private static void AddRaw(ReadOnlySpan<byte> raw, List<long> integers)
    {
        for (var at = 0; at + sizeof(long) <= raw.Length; at += sizeof(long))
        {
            integers.Add(BinaryPrimitives.ReadInt64LittleEndian(raw[at..]));
        }
    }
}
