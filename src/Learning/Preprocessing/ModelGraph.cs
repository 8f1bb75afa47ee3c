using System.Text.Json;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>An ONNX graph with the inputs, outputs and metadata that a <see cref="ModelSignature"/> asks for.</summary>
internal sealed class ModelGraph
{
    private readonly ModelSignature _signature;
    private readonly GraphValue _strings;
    private readonly int _stringWidth;

    public ModelGraph(ModelSignature signature, string learner)
    {
        _signature = signature;
        Writer = new GraphWriter(learner)
        {
            ProducerVersion = typeof(ModelGraph).Assembly.GetName().Version?.ToString(3) ?? "",
            Documentation = $"Predicts {signature.Target} ({signature.Task}), learned by {learner}.",
        };
        Writer.Metadata["learner"] = learner;
        Writer.Metadata["target"] = signature.Target;
        Writer.Metadata["task"] = JsonNamingPolicy.CamelCase.ConvertName(signature.Task.ToString());
        Writer.Metadata["features"] = JsonSerializer.Serialize(signature.Features.Select(feature => feature.Name));
        if (signature.Task is not TaskType.Regression)
        {
            Writer.Metadata["classes"] = JsonSerializer.Serialize(signature.Classes);
        }

        var width = signature.Features.Count(feature => feature.IsNumeric);
        _stringWidth = signature.Features.Count - width;
        if (width > 0)
        {
            Numbers = Writer.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, width);
        }

        if (_stringWidth > 0)
        {
            _strings = Writer.Input(ModelSignature.StringInput, ElementType.String, Dimension.Rows, _stringWidth);
        }
    }

    public GraphWriter Writer { get; }

    /// <summary>Float [rows, numeric features]; absent if the signature has none.</summary>
    public GraphValue? Numbers { get; }

    /// <summary>Some of the numeric features, [rows, indices].</summary>
    public GraphValue Number(params long[] indices) => Writer.Gather(Numbers!.Value, indices, axis: 1);

    /// <summary>One string feature, [rows, 1].</summary>
    public GraphValue String(int index) => _stringWidth is 1 ? _strings : Writer.Gather(_strings, [index], axis: 1);

    /// <summary>Values side by side, [rows, sum of their widths].</summary>
    public GraphValue Join(IReadOnlyList<GraphValue> values) => values.Count is 1 ? values[0] : Writer.Concat(1, [.. values]);

    /// <summary>The class of the greatest of its probabilities, [rows].</summary>
    public GraphValue Label(GraphValue probabilities) =>
        ClassAt(Writer.ArgMax(probabilities, axis: 1, keepDimension: false));

    /// <summary>Of two classes the second where its probability is at least the threshold, [rows].</summary>
    public GraphValue Label(GraphValue probabilities, double threshold)
    {
        var positive = Writer.Reshape(Writer.Gather(probabilities, [1], axis: 1), -1);
        return ClassAt(Writer.Cast(Writer.GreaterOrEqual(positive, Writer.Constant([(float)threshold], 1)), ElementType.Int64));
    }

    public byte[] Classifies(GraphValue label, GraphValue probabilities)
    {
        Writer.Output(label, ModelSignature.LabelOutput, ElementType.String, Dimension.Rows);
        Writer.Output(
            probabilities, ModelSignature.ProbabilitiesOutput, ElementType.Float, Dimension.Rows, _signature.Classes.Count);
        return Writer.ToBytes();
    }

    public byte[] Regresses(GraphValue prediction)
    {
        Writer.Output(prediction, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        return Writer.ToBytes();
    }

    private GraphValue ClassAt(GraphValue indices) =>
        Writer.Node("Gather", [Writer.Constant([.. _signature.Classes], _signature.Classes.Count), indices]);
}
