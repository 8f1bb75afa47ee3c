
namespace Mlops.Onnx;

/// <summary>A named setting of a node: what ONNX calls an attribute.</summary>
public sealed class NodeSetting
{
    private enum Kind { Float = 1, Integer = 2, Text = 3, Tensor = 4, Floats = 6, Integers = 7, Texts = 8 }

    private NodeSetting(string name, Kind kind, Action<ProtobufWriter> writeValue)
    {
        var writer = new ProtobufWriter();
        writer.Text(OnnxFields.Attribute.Name, name);
        writeValue(writer);
        writer.Integer(OnnxFields.Attribute.Type, (int)kind);
        (Name, Encoded) = (name, writer.ToArray());
    }

    private NodeSetting(string name, byte[] encoded) => (Name, Encoded) = (name, encoded);

    public string Name { get; }

    /// <summary>The AttributeProto.</summary>
    internal byte[] Encoded { get; }

    public static NodeSetting Of(string name, float value) =>
        new(name, Kind.Float, writer => writer.Float(OnnxFields.Attribute.Float, value));

    public static NodeSetting Of(string name, long value) =>
        new(name, Kind.Integer, writer => writer.Integer(OnnxFields.Attribute.Integer, value));

    public static NodeSetting Of(string name, string value) =>
        new(name, Kind.Text, writer => writer.Text(OnnxFields.Attribute.Text, value));

    public static NodeSetting Of(string name, TensorData value) =>
        new(name, Kind.Tensor, writer => writer.Bytes(OnnxFields.Attribute.Tensor, value.Encode(string.Empty)));

    public static NodeSetting Of(string name, IReadOnlyList<float> values) =>
        new(name, Kind.Floats, writer => Each(values, value => writer.Float(OnnxFields.Attribute.Floats, value)));

    public static NodeSetting Of(string name, IReadOnlyList<long> values) =>
        new(name, Kind.Integers, writer => Each(values, value => writer.Integer(OnnxFields.Attribute.Integers, value)));

    public static NodeSetting Of(string name, IReadOnlyList<string> values) =>
        new(name, Kind.Texts, writer => Each(values, value => writer.Text(OnnxFields.Attribute.Texts, value)));

    /// <summary>A setting as another model has it.</summary>
    internal static NodeSetting Of(string name, ReadOnlySpan<byte> encoded) => new(name, encoded.ToArray());

    private static void Each<T>(IReadOnlyList<T> values, Action<T> write)
    {
        for (var i = 0; i < values.Count; i++)
        {
            write(values[i]);
        }
    }
}
