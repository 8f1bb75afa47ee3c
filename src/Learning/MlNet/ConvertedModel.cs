using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Learning;

/// <summary>What an ONNX converter wrote for encoded features, made a graph with the inputs and outputs of a signature.</summary>
internal static class ConvertedModel
{
    /// <param name="converted">A model of one input, the encoded features [rows, width].</param>
    /// <param name="output">
    /// The column that is wanted: the probability of the second of two classes, a probability per class, or the value. The
    /// converter names outputs after columns, perhaps with something behind a dot.
    /// </param>
    /// <param name="encode">Makes the encoded features.</param>
    /// <exception cref="ModelLoadException">The converted model cannot be taken over.</exception>
    public static byte[] Wrap(
        byte[] converted, string output, string learner, ModelSignature signature, Func<ModelGraph, GraphValue> encode)
    {
        var info = OnnxGraphInfo.Read(converted);
        var wanted = info.Outputs.FirstOrDefault(port => port.Name == output || port.Name.StartsWith($"{output}.", StringComparison.Ordinal))
            ?? throw new ModelLoadException($"The converted model has no output '{output}'; it has {string.Join(", ", info.Outputs)}.");
        if (info.Inputs is not [var input])
        {
            throw new ModelLoadException($"The converted model has the inputs {string.Join(", ", info.Inputs)}; expected one.");
        }

        var graph = new ModelGraph(signature, learner);
        var writer = graph.Writer;
        var inputs = new Dictionary<string, GraphValue>(StringComparer.Ordinal) { [input.Name] = encode(graph) };
        var scores = writer.Reshape(writer.Embed(converted, inputs, wanted.Name)[0], -1, signature.Task is TaskType.Multiclass ? signature.Classes.Count : 1);
        if (signature.Task is TaskType.Regression)
        {
            return graph.Regresses(scores);
        }

        var probabilities = signature.Task is TaskType.Binary
            ? writer.Concat(1, writer.Sub(writer.Constant([1f], 1), scores), scores)
            : scores;
        return graph.Classifies(graph.Label(probabilities), probabilities);
    }
}
