using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Runs a model's preprocessing: the tensor that its trees or weights read.</summary>
internal sealed class EncodedColumns : IDisposable
{
    private readonly OnnxScorer? _scorer;
    private readonly int _width;

    private EncodedColumns(OnnxScorer? scorer, int width) => (_scorer, _width) = (scorer, width);

    /// <exception cref="ModelLoadException">The tensor cannot be taken out of the graph.</exception>
    public static EncodedColumns Load(
        ReadOnlyMemory<byte> onnx, ModelSignature signature, GraphBinding binding, string tensor, int width, OnnxLimits limits)
    {
        if (onnx.Length > limits.MaximumBytes)
        {
            throw new ModelLoadException($"The model has {onnx.Length} bytes; at most {limits.MaximumBytes} are accepted.");
        }

        if (tensor == binding.NumericInput)
        {
            // The numeric features as they come; the runtime gives no input back as an output.
            return new EncodedColumns(null, width);
        }

        var session = OnnxModelLoader.Open(WithOutput(onnx.Span, tensor));

        // A matrix of floats is what a classifier gives: the scorer's buffers and bindings do for columns as they do for classes.
        var columns = signature with
        {
            Task = TaskType.Multiclass,
            Classes = [.. Enumerable.Range(0, width).Select(column => $"{column}")],
        };
        return new EncodedColumns(
            new OnnxScorer(columns, session, binding with { Output = tensor, Columns = null }, OutputForm.Matrix), width);
    }

    /// <summary>Row-major [rows, columns].</summary>
    public float[] Encode(FeatureBatch rows)
    {
        if (_scorer is null)
        {
            return rows.Numbers.ToArray();
        }

        var encoded = new float[rows.Rows * _width];
        _scorer.Score(rows, encoded);
        return encoded;
    }

    public void Dispose() => _scorer?.Dispose();

    /// <summary>The model with one more output.</summary>
    /// <remarks>A message that occurs twice in protobuf is the merger of both, lists appended: so a second graph that holds nothing but
    /// an output adds it to the first. https://protobuf.dev/programming-guides/encoding/#last-one-wins.</remarks>
    private static byte[] WithOutput(ReadOnlySpan<byte> onnx, string tensor)
    {
        var addition = new ProtobufWriter();
        addition.Message(OnnxFields.Model.Graph, graph => graph.Message(OnnxFields.Graph.Output, output =>
        {
            output.Text(OnnxFields.ValueInfo.Name, tensor);
            output.Message(OnnxFields.ValueInfo.Type, type => type.Message(
                OnnxFields.Type.Tensor, of => of.Integer(OnnxFields.Type.ElementType, (long)ElementType.Float)));
        }));
        return [.. onnx, .. addition.ToArray()];
    }
}
