using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>Says the same of every row.</summary>
internal sealed class ConstantModel : IProbabilityGraph
{
    private readonly string _learner;
    private readonly ModelSignature _signature;
    private readonly float[] _outputs;

    /// <param name="outputs">The probability of each class, or the one value; kept in single precision, as the graph has them.</param>
    public ConstantModel(string learner, ModelSignature signature, double[] outputs) =>
        (_learner, _signature, _outputs) = (learner, signature, Array.ConvertAll(outputs, value => (float)value));

    public IReadOnlyDictionary<string, double> Importance =>
        _signature.Features.ToDictionary(feature => feature.Name, _ => 0.0, StringComparer.Ordinal);

    public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>();

    public double[] Predict(DataFrame features) =>
        [.. Enumerable.Range(0, features.RowCount).SelectMany(_ => _outputs).Select(value => (double)value)];

    public byte[] ToOnnx()
    {
        var graph = new ModelGraph(_signature, _learner);
        if (_signature.Task is TaskType.Regression)
        {
            return graph.Regresses(Outputs(graph));
        }

        var probabilities = Probabilities(graph);
        return graph.Classifies(graph.Label(probabilities), probabilities);
    }

    public GraphValue Probabilities(ModelGraph graph) => Outputs(graph);

    private GraphValue Outputs(ModelGraph graph)
    {
        var writer = graph.Writer;

        // One row of outputs, repeated as often as the input has rows.
        var shape = writer.Node("Shape", [graph.Numbers ?? graph.String(0)]);
        var rows = writer.Node("Gather", [shape, writer.Vector(0)]);
        return writer.Node(
            "Expand",
            [writer.Constant(_outputs, 1, _outputs.Length), writer.Concat(0, rows, writer.Vector(_outputs.Length))]);
    }
}
