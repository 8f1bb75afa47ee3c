using System.Runtime.InteropServices;
using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>A constant tensor, row-major.</summary>
public sealed class TensorData
{
    private readonly byte[] _body;

    private TensorData(ElementType type, ReadOnlySpan<long> shape, int count, Action<ProtobufWriter> writeValues)
    {
        var expected = 1L;
        foreach (var length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            expected = checked(expected * length);
        }

        if (expected != count)
        {
            throw new ArgumentException($"A shape of {expected} elements does not fit {count} values.", nameof(shape));
        }

        var writer = new ProtobufWriter();
        foreach (var length in shape)
        {
            writer.Integer(Tensor.Dimension, length);
        }

        writer.Integer(Tensor.ElementType, (int)type);
        writeValues(writer);
        (Type, _body) = (type, writer.ToArray());
    }

    public ElementType Type { get; }

    public static TensorData Of(float[] values, params ReadOnlySpan<long> shape) =>
        new(ElementType.Float, shape, values.Length, writer => writer.Bytes(Tensor.RawData, MemoryMarshal.AsBytes<float>(values)));

    public static TensorData Of(double[] values, params ReadOnlySpan<long> shape) =>
        new(ElementType.Double, shape, values.Length, writer => writer.Bytes(Tensor.RawData, MemoryMarshal.AsBytes<double>(values)));

    public static TensorData Of(long[] values, params ReadOnlySpan<long> shape) =>
        new(ElementType.Int64, shape, values.Length, writer => writer.Bytes(Tensor.RawData, MemoryMarshal.AsBytes<long>(values)));

    public static TensorData Of(bool[] values, params ReadOnlySpan<long> shape) =>
        new(ElementType.Boolean, shape, values.Length, writer => writer.Bytes(Tensor.RawData, MemoryMarshal.AsBytes<bool>(values)));

    public static TensorData Of(string[] values, params ReadOnlySpan<long> shape) =>
        new(ElementType.String, shape, values.Length, writer =>
        {
            foreach (var value in values)
            {
                writer.Text(Tensor.Texts, value);
            }
        });

    /// <summary>The TensorProto, with <paramref name="name"/> if it has one.</summary>
    internal byte[] Encode(string name)
    {
        if (name.Length == 0)
        {
            return _body;
        }

        var writer = new ProtobufWriter();
        writer.Text(Tensor.Name, name);
        return [.. _body, .. writer.ToArray()];
    }
}
