namespace Mlops.Onnx;

/// <summary>The attributes of a node that hold lists or words, by name.</summary>
internal sealed class NodeAttributes
{
    private readonly Dictionary<string, List<float>> _floats = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<long>> _integers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _texts = new(StringComparer.Ordinal);

    public IReadOnlyList<float> Floats(string name) => _floats.GetValueOrDefault(name) ?? [];

    public IReadOnlyList<long> Integers(string name) => _integers.GetValueOrDefault(name) ?? [];

    public IReadOnlyList<string> Texts(string name) => _texts.GetValueOrDefault(name) ?? [];

    /// <summary>Whether the node has a tensor where others have floats: the double-precision form, which is not read here.</summary>
    public bool HasTensors { get; private set; }

    public bool IsSoftmax => Texts("post_transform") is ["SOFTMAX" or "SOFTMAX_ZERO"];

    /// <param name="node">Stands at its beginning.</param>
    public static NodeAttributes Of(ProtobufReader node)
    {
        var attributes = new NodeAttributes();
        while (node.Next())
        {
            if (node.Field is OnnxFields.Node.Attribute)
            {
                attributes.Read(node.Message);
            }
        }

        return attributes;
    }

    public void Read(ProtobufReader attribute)
    {
        var name = "";
        var floats = new List<float>();
        var integers = new List<long>();
        var texts = new List<string>();
        while (attribute.Next())
        {
            switch (attribute.Field)
            {
                case OnnxFields.Attribute.Name:
                    name = attribute.Text;
                    break;
                case OnnxFields.Attribute.Floats:
                    attribute.AddFloats(floats);
                    break;
                case OnnxFields.Attribute.Integer or OnnxFields.Attribute.Integers:
                    attribute.AddIntegers(integers);
                    break;
                case OnnxFields.Attribute.Text or OnnxFields.Attribute.Texts:
                    texts.Add(attribute.Text);
                    break;
                case OnnxFields.Attribute.Tensor:
                    HasTensors = true;
                    break;
            }
        }

        (_floats[name], _integers[name], _texts[name]) = (floats, integers, texts);
    }
}
