using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microsoft.ML.OnnxRuntime;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Tensors as the runtime has them, and as we do.</summary>
internal static class TensorValues
{
    private static readonly SearchValues<byte> Booleans = SearchValues.Create([0, 1]);

    /// <summary>A copy in the runtime's own memory, which is aligned as it wants, whatever the bytes were part of.</summary>
    /// <exception cref="ArgumentException">The elements are not as many as the shape says.</exception>
    /// <exception cref="TensorScoringException">A boolean is neither 0 nor 1.</exception>
    public static OrtValue ToRuntime(NamedTensor tensor)
    {
        var shape = tensor.Shape.ToArray();
        var count = Count(tensor);
        if (tensor.Type is TensorType.String)
        {
            return ToRuntime(tensor, shape, count);
        }

        if (tensor.Data.Length != count * tensor.Type.Width())
        {
            throw new ArgumentException(
                $"The tensor '{tensor.Name}' has {tensor.Data.Length} bytes for {count} elements of {tensor.Type.Width()}.");
        }

        if (tensor.Type is TensorType.Bool && tensor.Data.Span.ContainsAnyExcept(Booleans))
        {
            throw new TensorScoringException($"The input '{tensor.Name}' has a boolean that is neither 0 nor 1.");
        }

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, tensor.Type.ToRuntime(), shape);
        if (count > 0)
        {
            tensor.Data.Span.CopyTo(value.GetTensorMutableRawData());
        }

        return value;
    }

    /// <summary>A copy in managed memory.</summary>
    /// <param name="room">How many bytes there may be yet; what is taken is subtracted.</param>
    /// <exception cref="TensorScoringException">The value is no such tensor, takes more room than there is or has strings that are no
    /// text.</exception>
    public static NamedTensor FromRuntime(OrtValue value, OutputPort port, ref long room)
    {
        if (port.Labels is { } labels)
        {
            return FromMaps(value, port.Spec, labels, ref room);
        }

        if (!value.IsTensor)
        {
            throw new TensorScoringException($"The output '{port.Spec.Name}' has no tensor for these inputs.");
        }

        var form = value.GetTensorTypeAndShape();
        if (TensorTypes.Find(form.ElementDataType) != port.Spec.Type)
        {
            throw new TensorScoringException($"The output '{port.Spec.Name}' is not of type {port.Spec.Type}.");
        }

        if (port.Spec.Type is TensorType.String)
        {
            return new NamedTensor(
                port.Spec.Name, TensorType.String, form.Shape, default, Strings(value, (int)form.ElementCount, port.Spec.Name, ref room));
        }

        Take(form.ElementCount * port.Spec.Type.Width(), port.Spec.Name, ref room);
        var data = form.ElementCount == 0 ? [] : value.GetTensorMutableRawData().ToArray();
        return new NamedTensor(port.Spec.Name, port.Spec.Type, form.Shape, data);
    }

    private static long Count(NamedTensor tensor)
    {
        var count = 1L;
        foreach (var length in tensor.Shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, tensor.Name);
            count = checked(count * length);
        }

        return count;
    }

    private static OrtValue ToRuntime(NamedTensor tensor, long[] shape, long count)
    {
        if (tensor.Strings is not { } strings || strings.Count != count)
        {
            throw new ArgumentException($"The tensor '{tensor.Name}' has {tensor.Strings?.Count ?? 0} strings for {count} elements.");
        }

        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (var i = 0; i < strings.Count; i++)
        {
            value.StringTensorSetElementAt(strings[i].AsSpan(), i);
        }

        return value;
    }

    private static string[] Strings(OrtValue value, int count, string name, ref long room)
    {
        // Each string is an object, however short.
        Take((long)count * IntPtr.Size, name, ref room);
        var strings = new string[count];
        for (var i = 0; i < count; i++)
        {
            var utf8 = value.GetStringElementAsSpan(i);
            Take(utf8.Length, name, ref room);
            strings[i] = Utf8.IsValid(utf8)
                ? Encoding.UTF8.GetString(utf8)
                : throw new TensorScoringException($"The output '{name}' has a string that is not UTF-8, at element {i}.");
        }

        return strings;
    }

    private static NamedTensor FromMaps(OrtValue value, TensorSpec spec, IReadOnlyList<string> labels, ref long room)
    {
        var rows = value.OnnxType is OnnxValueType.ONNX_TYPE_SEQUENCE ? value.GetValueCount() : 0;
        Take((long)rows * labels.Count * sizeof(float), spec.Name, ref room);
        var scores = new float[rows * labels.Count];
        try
        {
            LabelledMaps.Read(value, labels, scores);
        }
        catch (ModelLoadException unfit)
        {
            throw new TensorScoringException($"The output '{spec.Name}' is not what it should be. {unfit.Message}", unfit);
        }

        return new NamedTensor(
            spec.Name, spec.Type, [rows, labels.Count], System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores.AsSpan()).ToArray());
    }

    private static void Take(long bytes, string name, ref long room)
    {
        room -= bytes;
        if (room < 0)
        {
            throw new TensorScoringException(
                $"The outputs, up to '{name}', are larger than an answer may be; ask for fewer, or of fewer inputs.");
        }
    }
}
