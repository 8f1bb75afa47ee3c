namespace Mlops.Onnx;

/// <summary>A tree operator and what its sums are made into, compiled to flat tables.</summary>
/// <remarks>Safe for concurrent use; scoring allocates nothing once warm.</remarks>
internal sealed class TreeModel
{
    private const int MostOutputs = 256;

    private readonly TreeSums _sums;
    private readonly float[] _bases;
    private readonly TreeOutput _output;

    private TreeModel(TreeTables tables, int columns, float[] bases, TreeOutput output)
    {
        (Tables, Columns, _sums, _bases, _output) = (tables, columns, new TreeSums(tables, columns), bases, output);
        Width = TreeOutputs.Width(output, tables.Outputs);
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

                TreeOutputs.Write(_output, sum, scores.Slice(row * Width, Width));
            }

            rows = rows[(count * Columns)..];
            scores = scores[(count * Width)..];
        }
    }

    private static TreeModel? Regressor(TreeGraph graph, int columns)
    {
        var output = graph.Ending switch
        {
            TreeEnding.Complement => TreeOutput.Complement,
            TreeEnding.Sigmoids => TreeOutput.SigmoidPair,
            _ => TreeOutput.Sums,
        };
        var targets = graph.Attributes.Integers("n_targets") is [var given] ? given : 1;
        return Transform(graph) is "NONE" && targets is > 0 and <= MostOutputs && (targets is 1 || output is TreeOutput.Sums)
            && TreeLeaves.Read(graph.Attributes, "target", (int)targets) is { } leaves
            ? Compile(graph, leaves, columns, (int)targets, least: 1, output)
            : null;
    }

    private static TreeModel? Classifier(TreeGraph graph, int columns)
    {
        var classes = graph.Attributes.Texts("classlabels_strings").Count is > 0 and var named
            ? named
            : graph.Attributes.Integers("classlabels_int64s").Count;
        TreeOutput? output = Transform(graph) switch
        {
            "NONE" => TreeOutput.Sums,
            "SOFTMAX" => TreeOutput.Softmax,
            "LOGISTIC" => TreeOutput.Logistic,
            _ => null,
        };
        if (output is not { } each || classes is < 2 or > MostOutputs
            || TreeLeaves.Read(graph.Attributes, "class", classes) is not { } leaves)
        {
            return null;
        }

        // Of two classes the runtime adds nothing to sums of both, and decides leaf by leaf whether the second has any.
        return classes > 2 ? Compile(graph, leaves, columns, classes, least: 1, each)
            : !graph.Attributes.Integers("class_ids").All(target => target is 0)
                ? graph.Attributes.Floats("base_values").Count is 0 ? Compile(graph, leaves, columns, classes, least: 2, each) : null
                : Compile(graph, leaves, columns, 1, least: 1, OfOneSum(each, leaves.AreAllPositive));
    }

    /// <summary>What two classes get of one sum, which depends on the signs of the leaves.</summary>
    private static TreeOutput OfOneSum(TreeOutput each, bool isPositive) =>
        isPositive ? TreeOutput.Complement : each is TreeOutput.Logistic ? TreeOutput.LogisticPair : TreeOutput.Negation;

    private static string Transform(TreeGraph graph) => graph.Attributes.Texts("post_transform") is [var named, ..] ? named : "NONE";

    private static TreeModel? Compile(TreeGraph graph, TreeLeaves leaves, int columns, int outputs, int least, TreeOutput output)
    {
        var bases = graph.Attributes.Floats("base_values");
        var isSum = graph.Attributes.Texts("aggregate_function") is [] or ["SUM"];
        return isSum && (bases.Count is 0 || bases.Count == outputs)
            && new TreeTablesBuilder(new TreeNodes(graph.Attributes), leaves, outputs, least)
                .Build(graph.Attributes.Integers("nodes_treeids"), columns) is { } tables
            ? new TreeModel(tables, columns, bases.Count is 0 ? new float[outputs] : [.. bases], output)
            : null;
    }
}
