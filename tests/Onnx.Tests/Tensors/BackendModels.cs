using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>The test models of the ONNX project (1.12), as Debian's libonnx-testdata ships them: one small graph per use of an operator,
/// with inputs and the outputs that the reference implementation gives.</summary>
internal static class BackendModels
{
    private const string Folder = "/usr/share/libonnx-testdata/data";

    public static bool ArePresent => Directory.Exists(Folder);

    /// <summary>Every model as <c>node/test_abs</c>; those of the folder <c>real</c> are names of downloads without a model.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "model.onnx", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Folder, Path.GetDirectoryName(file)!))
        .Order(StringComparer.Ordinal);

    public static byte[] Model(string name) => File.ReadAllBytes(Path.Combine(Folder, name, "model.onnx"));

    /// <summary>The tensors of files such as <c>input_0.pb</c>, in order.</summary>
    public static IReadOnlyList<NamedTensor> Tensors(string name, string prefix)
    {
        var folder = Path.Combine(Folder, name, "test_data_set_0");
        var found = new List<NamedTensor>();
        while (Path.Combine(folder, $"{prefix}_{found.Count}.pb") is var file && File.Exists(file))
        {
            found.Add(Read(new ProtobufReader(File.ReadAllBytes(file))));
        }

        return found;
    }

    private static NamedTensor Read(ProtobufReader tensor)
    {
        var (name, type) = ("", ElementType.Undefined);
        List<long> shape = [];
        List<long> integers = [];
        List<float> floats = [];
        List<string> strings = [];
        byte[]? raw = null;
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case OnnxFields.Tensor.Dimension:
                    tensor.AddIntegers(shape);
                    break;
                case OnnxFields.Tensor.ElementType:
                    type = (ElementType)tensor.Integer;
                    break;
                case OnnxFields.Tensor.Name:
                    name = tensor.Text;
                    break;
                case OnnxFields.Tensor.Integers32 or OnnxFields.Tensor.Integers64 or OnnxFields.Tensor.Unsigned64:
                    tensor.AddIntegers(integers);
                    break;
                case OnnxFields.Tensor.Floats:
                    tensor.AddFloats(floats);
                    break;
                case OnnxFields.Tensor.Texts:
                    strings.Add(tensor.Text);
                    break;
                case OnnxFields.Tensor.RawData or OnnxFields.Tensor.Doubles:
                    raw = tensor.Bytes.ToArray();
                    break;
            }
        }

        var travelling = TensorTypes.Find(type)
            ?? throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"'{name}' has elements of type {(int)type}."));
        return travelling is TensorType.String
            ? new NamedTensor(name, travelling, shape, default, strings)
            : new NamedTensor(name, travelling, shape, raw ?? Bytes(integers, floats, travelling.Width()));
    }

    private static byte[] Bytes(List<long> integers, List<float> floats, int width)
    {
        if (floats.Count > 0)
        {
            return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(floats)).ToArray();
        }

        var bytes = new byte[integers.Count * width];
        Span<byte> whole = stackalloc byte[sizeof(long)];
        for (var i = 0; i < integers.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(whole, integers[i]);
            whole[..width].CopyTo(bytes.AsSpan(i * width));
        }

        return bytes;
    }
}

/// <summary>A theory over those models: skipped, and said so, where they are not installed.</summary>
internal sealed class BackendTheoryAttribute : TheoryAttribute
{
    public BackendTheoryAttribute()
    {
        if (!BackendModels.ArePresent)
        {
            Skip = "the models of the ONNX project are not here: apt-get install libonnx-testdata";
        }
    }
}

/// <summary>A fact about all of them.</summary>
internal sealed class BackendFactAttribute : FactAttribute
{
    public BackendFactAttribute()
    {
        if (!BackendModels.ArePresent)
        {
            Skip = "the models of the ONNX project are not here: apt-get install libonnx-testdata";
        }
    }
}
