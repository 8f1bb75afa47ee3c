using System.Runtime.InteropServices;
using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>Which of the runtime's ways a sum of products goes.</summary>
internal enum LinearOperator
{
    /// <summary>Gemm, whose second input is a constant.</summary>
    Gemm,

    /// <summary>LinearClassifier or LinearRegressor.</summary>
    Learning,
}

/// <summary>What a linear model's numbers go through first.</summary>
/// <param name="Fills">In the place of missing numbers; null if they stay.</param>
/// <param name="Offsets">Taken off; null if nothing is.</param>
/// <param name="Scales">What the difference is multiplied by.</param>
internal sealed record LinearInputs(float[]? Fills, float[]? Offsets, float[]? Scales)
{
    public bool AreAsTheyCome => Fills is null && Offsets is null;
}

/// <summary>A graph whose output is one operator's sums of weights times numeric inputs, and a function of those.</summary>
/// <remarks>
/// Only the operators, how they hang together and the weights are read here, no settings of theirs that are mostly left as they are;
/// <see cref="CompiledTrial"/> finds out.
/// </remarks>
/// <param name="Weights">Row-major [outputs, columns].</param>
/// <param name="Intercepts">One for each output.</param>
internal sealed record LinearGraph(LinearOperator Operator, float[] Weights, float[] Intercepts, LinearInputs Inputs, ScoreOutput Output)
{
    private const string Classifier = $"{GraphWriter.LearningDomain}:LinearClassifier";
    private const string Regressor = $"{GraphWriter.LearningDomain}:LinearRegressor";
    private const string Imputer = $"{GraphWriter.LearningDomain}:Imputer";
    private const string Scaler = $"{GraphWriter.LearningDomain}:Scaler";

    /// <returns>Null if more or something else lies between the input and the output.</returns>
    /// <exception cref="InvalidDataException">The model is malformed.</exception>
    public static LinearGraph? Read(ReadOnlySpan<byte> model, string input, int columns, string output)
    {
        var makers = new GraphMakers(model);
        var value = makers.SkipCopies(output);
        var ending = makers.Of(value) switch
        {
            { Operator: "Softmax" } => ScoreOutput.OperatorSoftmax,
            { Operator: "Sigmoid" } => ScoreOutput.Sigmoid,
            _ => ScoreOutput.Sums,
        };
        value = ending is ScoreOutput.Sums ? value : makers.SkipCopies(makers.Of(value)!.Inputs[0]);
        return makers.Of(value) switch
        {
            { Operator: "Gemm", Inputs: [var from, var weights, var intercepts] } when InputsOf(makers, from, input, columns) is { } inputs =>
                Gemm(model, weights, intercepts, columns, inputs, ending),
            { Operator: Regressor, Inputs: [var from], Attributes: { HasTensors: false } attributes }
                when InputsOf(makers, from, input, columns) is { } inputs => Learning(attributes, columns, inputs, ending),
            { Operator: Classifier, Inputs: [var from], Outputs: [_, var scores], Attributes: { HasTensors: false } attributes }
                when scores == value && ending is ScoreOutput.Sums && Transform(attributes) is { } transform
                && InputsOf(makers, from, input, columns) is { } inputs => Learning(attributes, columns, inputs, transform),
            _ => null,
        };
    }

    private static LinearGraph? Gemm(
        ReadOnlySpan<byte> model, string weights, string intercepts, int columns, LinearInputs inputs, ScoreOutput output)
    {
        if (Constant(model, weights) is not ([var rows, var width], var matrix)
            || Constant(model, intercepts) is not (_, var biases)
            || biases.Length is 0 || matrix.Length != (long)columns * biases.Length || (rows != columns && width != columns))
        {
            return null;
        }

        // A square one may be meant either way.
        return new LinearGraph(LinearOperator.Gemm, rows == columns ? Turned(matrix, columns, biases.Length) : matrix, biases, inputs, output);
    }

    private static LinearGraph? Learning(NodeAttributes attributes, int columns, LinearInputs inputs, ScoreOutput output)
    {
        var (weights, intercepts) = (attributes.Floats("coefficients"), attributes.Floats("intercepts"));
        return intercepts.Count > 0 && weights.Count == (long)columns * intercepts.Count
            ? new LinearGraph(LinearOperator.Learning, [.. weights], [.. intercepts], inputs, output)
            : null;
    }

    private static ScoreOutput? Transform(NodeAttributes attributes) => attributes.Texts("post_transform") switch
    {
        [] or ["NONE"] => ScoreOutput.Sums,
        ["SOFTMAX"] => ScoreOutput.Softmax,
        ["LOGISTIC"] => ScoreOutput.Sigmoid,
        _ => null,
    };

    /// <summary>What a value is of the input: itself, filled, scaled or both.</summary>
    private static LinearInputs? InputsOf(GraphMakers makers, string value, string input, int columns)
    {
        var (fills, offsets, scales) = ((float[]?)null, (float[]?)null, (float[]?)null);
        value = makers.SkipCopies(value);
        if (makers.Of(value) is { Operator: Scaler, Inputs: [var unscaled], Attributes: { } scaling })
        {
            (offsets, scales) = ([.. scaling.Floats("offset")], [.. scaling.Floats("scale")]);
            value = makers.SkipCopies(unscaled);
        }

        if (makers.Of(value) is { Operator: Imputer, Inputs: [var unfilled], Attributes: { } filling })
        {
            fills = [.. filling.Floats("imputed_value_floats")];
            value = makers.SkipCopies(unfilled);
        }

        return value == input && Fit(fills) && Fit(offsets) && Fit(scales) ? new LinearInputs(fills, offsets, scales) : null;

        bool Fit(float[]? numbers) => numbers is null || numbers.Length == columns;
    }

    private static float[] Turned(float[] matrix, int rows, int width)
    {
        var turned = new float[matrix.Length];
        for (var i = 0; i < matrix.Length; i++)
        {
            turned[((i % width) * rows) + (i / width)] = matrix[i];
        }

        return turned;
    }

    /// <summary>A constant of 32-bit floats.</summary>
    /// <returns>Null if there is none of this name, or of another type.</returns>
    private static (long[] Shape, float[] Values)? Constant(ReadOnlySpan<byte> model, string name)
    {
        var fields = new ProtobufReader(model);
        while (fields.Next())
        {
            var graph = fields.Field is Model.Graph ? fields.Message : default;
            while (fields.Field is Model.Graph && graph.Next())
            {
                if (graph.Field is Graph.Initializer && Constant(graph.Message, name) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    private static (long[] Shape, float[] Values)? Constant(ProtobufReader tensor, string name)
    {
        var (shape, values, isMeant, isFloats) = (new List<long>(), new List<float>(), false, false);
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case Tensor.Dimension:
                    tensor.AddIntegers(shape);
                    break;
                case Tensor.ElementType:
                    isFloats = tensor.Integer is (long)ElementType.Float;
                    break;
                case Tensor.Name:
                    isMeant = tensor.Text == name;
                    break;
                case Tensor.Floats:
                    tensor.AddFloats(values);
                    break;
                case Tensor.RawData:
                    values.AddRange(MemoryMarshal.Cast<byte, float>(tensor.Bytes));
                    break;
            }
        }

        return isMeant && isFloats ? ([.. shape], [.. values]) : null;
    }
}
