using Microsoft.ML;
using Microsoft.ML.Data;
using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>What a trainer of ML.NET has learned.</summary>
internal sealed class MlNetModel(
    string learner, MLContext context, ITransformer transformer, ModelSignature signature, LinearEncoding encoding) : IProbabilityGraph
{
    /// <summary>The probability of the second of two classes, a probability per class, or the value.</summary>
    private readonly string _column = signature.Task is TaskType.Binary ? "Probability" : "Score";

    public IReadOnlyDictionary<string, double> Importance { get; set; } = new Dictionary<string, double>();

    public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>();

    public double[] Predict(DataFrame features)
    {
        var matrix = encoding.Encode(RawFeatures.Read(features, signature));
        var scored = transformer.Transform(MlNetRows.ToScore(context, matrix));
        return signature.Task switch
        {
            TaskType.Binary => [.. scored.GetColumn<float>(_column).SelectMany(positive => new[] { 1 - (double)positive, positive })],
            TaskType.Multiclass => [.. scored.GetColumn<float[]>(_column).SelectMany(row => row).Select(value => (double)value)],
            _ => [.. scored.GetColumn<float>(_column).Select(value => (double)value)],
        };
    }

    public GraphValue Probabilities(ModelGraph graph)
    {
        var scores = Scores(graph);
        return signature.Task is TaskType.Binary
            ? graph.Writer.Concat(1, graph.Writer.Sub(graph.Writer.Constant([1f], 1), scores), scores)
            : scores;
    }

    public byte[] ToOnnx()
    {
        var graph = new ModelGraph(signature, learner);
        if (signature.Task is TaskType.Regression)
        {
            return graph.Regresses(Scores(graph));
        }

        var probabilities = Probabilities(graph);
        return graph.Classifies(graph.Label(probabilities), probabilities);
    }

    /// <summary>What ML.NET's converter writes, behind the encoding: [rows, classes] for more than two, else [rows, 1].</summary>
    private GraphValue Scores(ModelGraph graph)
    {
        using var converted = new MemoryStream();
        context.Model.ConvertToOnnx(transformer, MlNetRows.None(context, encoding.Width), converted, _column);

        // The converter names inputs after columns, outputs so too.
        return graph.Writer.Embed(
            converted.ToArray(),
            new Dictionary<string, GraphValue> { [MlNetRows.Features] = encoding.ToGraph(graph) },
            $"{_column}.output")[0];
    }
}
