using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Which of a graph's inputs and outputs a signature's features and predictions travel through.</summary>
/// <param name="NumericInput">Float [rows, numeric features]; null if the signature has none.</param>
/// <param name="StringInput">String [rows, string features]; null if the signature has none.</param>
/// <param name="Output">The probabilities or the prediction.</param>
/// <param name="Columns">For each of the model's own classes its index in the signature's; null if they are in the same order.</param>
internal sealed record GraphBinding(string? NumericInput, int Numbers, string? StringInput, int Strings, string Output, int[]? Columns)
{
    private static readonly string[] ProbabilityNames = [ModelSignature.ProbabilitiesOutput, "output_probability", "probability"];
    private static readonly string[] PredictionNames = [ModelSignature.PredictionOutput, "variable", "output"];

    /// <exception cref="ModelLoadException">The graph's inputs or outputs do not fit the signature.</exception>
    public static GraphBinding Resolve(OnnxGraphInfo graph, ModelSignature signature)
    {
        var numbers = signature.Features.Count(feature => feature.IsNumeric);
        var strings = signature.Features.Count - numbers;
        var needed = (numbers > 0 ? 1 : 0) + (strings > 0 ? 1 : 0);
        if (needed == 0 || signature.OutputWidth == 0)
        {
            throw new ModelLoadException("The signature names no features or no classes.");
        }

        if (graph.Inputs.Count != needed)
        {
            throw new ModelLoadException(
                $"The signature has {numbers} numeric and {strings} string features, which travel in {needed} input(s), " +
                $"but the model takes {graph.Inputs.Count}: {List(graph.Inputs)}.");
        }

        return new GraphBinding(
            numbers > 0 ? Input(graph, ModelSignature.NumericInput, ElementType.Float, numbers) : null,
            numbers,
            strings > 0 ? Input(graph, ModelSignature.StringInput, ElementType.String, strings) : null,
            strings,
            OutputOf(graph, signature),
            ColumnsOf(graph, signature));
    }

    /// <param name="outputs">How many there is room for.</param>
    /// <param name="outputWidth">How many a row gets.</param>
    /// <exception cref="ArgumentException">The numbers, the strings or the outputs are more or fewer than the rows have.</exception>
    public void Require(in FeatureBatch batch, int outputs, int outputWidth)
    {
        Require(batch.Numbers.Length, batch.Rows, Numbers, "numbers");
        Require(batch.Strings.Length, batch.Rows, Strings, "strings");
        Require(outputs, batch.Rows, outputWidth, "outputs");
    }

    private static void Require(int length, int rows, int width, string what)
    {
        if (rows < 0 || length != (long)rows * width)
        {
            throw new ArgumentException($"{length} {what} do not fit {rows} rows of {width}.");
        }
    }

    private static string Input(OnnxGraphInfo graph, string name, ElementType type, int width)
    {
        // A model made elsewhere names its one input as it likes.
        var port = graph.Inputs.Count == 1 ? graph.Inputs[0] : graph.Inputs.FirstOrDefault(input => input.Name == name)
            ?? throw new ModelLoadException($"The model has no input '{name}'; it has {List(graph.Inputs)}.");
        if (port.Kind != PortKind.Tensor || port.ElementType != type)
        {
            throw new ModelLoadException($"The features need an input of type {type} [rows, {width}], but the model's is {port}.");
        }

        if (port.Shape is { } shape)
        {
            if (shape.Count != 2 || shape[1].Length is { } columns && columns != width)
            {
                throw new ModelLoadException($"The {width} features need an input of shape [rows, {width}], but the model's is {port}.");
            }

            if (shape[0].Length is not null)
            {
                throw new ModelLoadException(
                    $"The input {port} takes a fixed number of rows; export the model with its first dimension left open.");
            }
        }

        return port.Name;
    }

    private static string OutputOf(OnnxGraphInfo graph, ModelSignature signature)
    {
        var isRegression = signature.Task is TaskType.Regression;
        var usable = graph.Outputs
            .Where(output => output.ElementType is ElementType.Float && (output.Kind is PortKind.Tensor || !isRegression))
            .Where(output => output.Kind is PortKind.Tensor or PortKind.SequenceOfMaps)
            .ToArray();
        var named = (isRegression ? PredictionNames : ProbabilityNames)
            .Select(name => Array.Find(usable, output => output.Name == name))
            .FirstOrDefault(output => output is not null);
        return (named, usable) switch
        {
            ({ } output, _) => output.Name,
            (_, [var only]) => only.Name,
            _ => throw new ModelLoadException(
                $"A {signature.Task} model needs one float output for its {(isRegression ? "prediction" : "probabilities")}, " +
                $"called '{(isRegression ? PredictionNames : ProbabilityNames)[0]}' if there are several; it has {List(graph.Outputs)}."),
        };
    }

    private static int[]? ColumnsOf(OnnxGraphInfo graph, ModelSignature signature)
    {
        if (signature.Task is TaskType.Regression || graph.ClassLabels is not { } labels || labels.SequenceEqual(signature.Classes))
        {
            return null;
        }

        var columns = labels.Select(label => IndexOf(signature.Classes, label)).ToArray();
        return columns.Length == signature.Classes.Count && !columns.Contains(-1) && columns.Distinct().Count() == columns.Length
            ? columns
            : throw new ModelLoadException(
                $"The model's classes are [{string.Join(", ", labels)}], but the signature's [{string.Join(", ", signature.Classes)}].");
    }

    private static int IndexOf(IReadOnlyList<string> classes, string label)
    {
        for (var i = 0; i < classes.Count; i++)
        {
            if (classes[i] == label)
            {
                return i;
            }
        }

        return -1;
    }

    private static string List(IReadOnlyList<GraphPort> ports) => ports.Count == 0 ? "none" : string.Join(", ", ports);
}
