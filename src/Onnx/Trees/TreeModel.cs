namespace Mlops.Onnx;

/// <summary>A tree operator and what its sums are made into, compiled to flat tables.</summary>
/// <remarks>Safe for concurrent use; scoring allocates nothing once warm.</remarks>
internal sealed class TreeModel : ICompiledModel
{
    private const int MostOutputs = 256;

    private readonly TreeSums _sums;
    private readonly float[] _bases;
    private readonly ScoreOutput _output;

    private TreeModel(TreeTables tables, int columns, float[] bases, ScoreOutput output)
    {
        (Tables, Columns, _sums, _bases, _output) = (tables, columns, new TreeSums(tables, columns), bases, output);
        Width = ScoreOutputs.Width(output, tables.Outputs);
    }

    public TreeTables Tables { get; }

    /// <summary>How many columns a row has.</summary>
    public int Columns { get; }

    /// <summary>How many scores a row gets.</summary>
    public int Width { get; }

    /// <returns>Null if the graph is not such an operator alone, or one that is not compiled.</returns>
    public static TreeModel? Read(ReadOnlySpan<byte> onnx, GraphBinding binding)
    {
        try
        {
            return binding is { NumericInput: { } input, StringInput: null } && TreeGraph.Read(onnx, input, binding.Output) is { } graph
                ? graph.IsClassifier ? Classifier(graph, binding.Numbers) : Regressor(graph, binding.Numbers)
                : null;
        }
        catch (InvalidDataException)
        {
            // The runtime reads it, this reader does not.
            return null;
        }
    }

    /// <param name="rows">Row-major [rows, <see cref="Columns"/>].</param>
    /// <param name="scores">Row-major [rows, <see cref="Width"/>].</param>
    public void Score(ReadOnlySpan<float> rows, Span<float> scores)
    {
        var outputs = Tables.Outputs;
        Span<float> sums = stackalloc float[outputs * LeafMasks.Rows];
        Span<float> sum = stackalloc float[outputs];
        while (rows.Length > 0)
        {
            var count = Math.Min(LeafMasks.Rows, rows.Length / Columns);
            _sums.Sum(rows[..(count * Columns)], sums);
            for (var row = 0; row < count; row++)
            {
                for (var i = 0; i < outputs; i++)
                {
                    sum[i] = sums[(i * LeafMasks.Rows) + row] + _bases[i];
                }

                ScoreOutputs.Write(_output, sum, scores.Slice(row * Width, Width));
            }

            rows = rows[(count * Columns)..];
            scores = scores[(count * Width)..];
        }
    }

    /// <remarks>
    /// Each column's thresholds, the floats beside them, zero, the infinities, and in the second half of the rows missing values.
    /// </remarks>
    public float[] DrawHardRows(Random random, int rows)
    {
        var thresholds = new List<float>[Columns];
        for (var column = 0; column < thresholds.Length; column++)
        {
            thresholds[column] = [0];
        }

        foreach (var node in Tables.Nodes.Where(node => !node.IsLeaf))
        {
            thresholds[node.Column].Add(node.Threshold);
        }

        var numbers = new float[rows * Columns];
        for (var i = 0; i < numbers.Length; i++)
        {
            var choices = thresholds[i % Columns];
            numbers[i] = Beside(choices[random.Next(choices.Count)], random.Next(i < numbers.Length / 2 ? 15 : 18));
        }

        return numbers;
    }

    private static float Beside(float threshold, int way) => way switch
    {
        < 4 => threshold,
        < 8 => MathF.BitIncrement(threshold),
        < 12 => MathF.BitDecrement(threshold),
        12 => 0,
        13 => float.PositiveInfinity,
        14 => float.NegativeInfinity,
        _ => float.NaN,
    };

    private static TreeModel? Regressor(TreeGraph graph, int columns)
    {
        var output = graph.Ending switch
        {
            TreeEnding.Complement => ScoreOutput.Complement,
            TreeEnding.Sigmoids => ScoreOutput.SigmoidPair,
            _ => ScoreOutput.Sums,
        };
        var targets = graph.Attributes.Integers("n_targets") is [var given] ? given : 1;
        if (Transform(graph) is not "NONE" || targets is < 1 or > MostOutputs || (targets > 1 && output is not ScoreOutput.Sums))
        {
            return null;
        }

        // The runtime adds no base to a sum that a row's leaves have left alone.
        var least = graph.Attributes.Floats("base_values").Count is 0 ? 1 : targets;
        return Compile(graph, "target", columns, (int)targets, (int)least, output);
    }

    private static TreeModel? Classifier(TreeGraph graph, int columns)
    {
        var classes = graph.Attributes.Texts("classlabels_strings").Count is > 0 and var named
            ? named
            : graph.Attributes.Integers("classlabels_int64s").Count;
        ScoreOutput? transform = Transform(graph) switch
        {
            "NONE" => ScoreOutput.Sums,
            "SOFTMAX" => ScoreOutput.Softmax,
            "LOGISTIC" => ScoreOutput.Logistic,
            _ => null,
        };
        if (transform is not { } output || classes is < 2 or > MostOutputs)
        {
            return null;
        }

        if (classes > 2)
        {
            return Compile(graph, "class", columns, classes, least: 1, output);
        }

        if (graph.Attributes.Integers("class_ids").All(target => target is 0))
        {
            return Compile(graph, "class", columns, outputs: 1, least: 1, OfOneSum(graph, output));
        }

        // Of two sums the runtime has rules of its own for bases, and for rows whose leaves leave the second alone.
        return graph.Attributes.Floats("base_values").Count is 0 ? Compile(graph, "class", columns, classes, least: 2, output) : null;
    }

    /// <summary>What two classes get of one sum, which depends on the signs of the leaves.</summary>
    private static ScoreOutput OfOneSum(TreeGraph graph, ScoreOutput transform) =>
        transform is ScoreOutput.Logistic ? ScoreOutput.LogisticPair
        : graph.Attributes.Floats("class_weights").Any(weight => weight < 0) ? ScoreOutput.Negation
        : ScoreOutput.Complement;

    private static string Transform(TreeGraph graph) => graph.Attributes.Texts("post_transform") is [var named, ..] ? named : "NONE";

    /// <param name="leaf">"class" or "target": what the operator calls what a leaf adds to.</param>
    /// <param name="least">How many sums each leaf must add to.</param>
    private static TreeModel? Compile(TreeGraph graph, string leaf, int columns, int outputs, int least, ScoreOutput output)
    {
        var bases = graph.Attributes.Floats("base_values");
        if (graph.Attributes.Texts("aggregate_function") is not ([] or ["SUM"])
            || (bases.Count > 0 && bases.Count != outputs)
            || TreeLeaves.Read(graph.Attributes, leaf, outputs) is not { } leaves)
        {
            return null;
        }

        var tables = new TreeTablesBuilder(new TreeNodes(graph.Attributes), leaves, outputs, least)
            .Build(graph.Attributes.Integers("nodes_treeids"), columns);
        return tables is null ? null : new TreeModel(tables, columns, bases.Count is 0 ? new float[outputs] : [.. bases], output);
    }
}
