namespace Mlops.Onnx;

/// <summary>Each operator computes in ONNX Runtime what its summary says.</summary>
public class OperatorTests
{
    private static readonly float[] Matrix = [1, -2, float.NaN, 4, 0, 6];

    private static GraphRun Run(
        Func<GraphWriter, GraphValue, GraphValue> build, ElementType type = ElementType.Float, float[]? values = null)
    {
        var graph = new GraphWriter("operator");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows, 3);
        graph.Output(build(graph, x), "y", type);
        return new GraphRun(graph.ToBytes()).With("x", values ?? Matrix, 2, 3);
    }

    private static GraphRun RunStrings(Func<GraphWriter, GraphValue, GraphValue> build, ElementType type, string[] values)
    {
        var graph = new GraphWriter("operator");
        var x = graph.Input("x", ElementType.String, Dimension.Rows, 1);
        graph.Output(build(graph, x), "y", type);
        return new GraphRun(graph.ToBytes()).With("x", values, values.Length, 1);
    }

    public static TheoryData<string, Func<GraphWriter, GraphValue, GraphValue>, float[]> Arithmetic() => new()
    {
        { "Identity", (g, x) => g.Identity(x), [1, -2, 3, 4, 0, 6] },
        { "Add", (g, x) => g.Add(x, g.Constant([1f, 2, 3], 3)), [2, 0, 6, 5, 2, 9] },
        { "Sub", (g, x) => g.Sub(x, g.Constant([1f, 2, 3], 3)), [0, -4, 0, 3, -2, 3] },
        { "Mul", (g, x) => g.Mul(x, g.Constant([2f], 1)), [2, -4, 6, 8, 0, 12] },
        { "Div", (g, x) => g.Div(x, g.Constant([2f], 1)), [0.5f, -1, 1.5f, 2, 0, 3] },
        { "Exp", (g, x) => g.Exp(g.Mul(x, g.Constant([0f], 1))), [1, 1, 1, 1, 1, 1] },
        { "MatMul", (g, x) => g.MatMul(x, g.Constant([1f, 1, 1], 3, 1)), [2, 10] },
        { "Gemm", (g, x) => g.Gemm(x, g.Constant([1f, 1, 1], 3, 1), g.Constant([10f], 1)), [12, 20] },
        { "Gemm transposed", (g, x) => g.Gemm(x, g.Constant([1f, 1, 1], 1, 3), g.Constant([10f], 1), transposeRight: true), [12, 20] },
        { "Sigmoid", (g, x) => g.Sigmoid(g.Slice(x, 0, 1, 0)), [0.7310586f, 0.1192029f, 0.9525741f] },
        { "Softmax", (g, x) => g.Softmax(g.Mul(x, g.Constant([0f], 1))), [1 / 3f, 1 / 3f, 1 / 3f, 1 / 3f, 1 / 3f, 1 / 3f] },
        { "Concat", (g, x) => g.Concat(1, x, g.Gather(x, [0], 1)), [1, -2, 3, 1, 4, 0, 6, 4] },
        { "Slice", (g, x) => g.Slice(x, 1, 3, 1), [-2, 3, 0, 6] },
        { "Gather", (g, x) => g.Gather(x, [2, 0], 1), [3, 1, 6, 4] },
        { "Reshape", (g, x) => g.Reshape(x, -1, 1), [1, -2, 3, 4, 0, 6] },
        { "Where", (g, x) => g.Where(g.Greater(x, g.Constant([2f], 1)), x, g.Constant([0f], 1)), [0, 0, 3, 4, 0, 6] },
        { "Scaler", (g, x) => g.Scaler(x, [1, 0, 3], [10, 1, 2]), [0, -2, 0, 30, 0, 6] },
        { "ArrayFeatureExtractor", (g, x) => g.ArrayFeatureExtractor(x, 2, 1), [3, -2, 6, 0] },
        { "FeatureVectorizer", (g, x) => g.FeatureVectorizer([1, 3], g.Gather(x, [1], 1), x), [-2, 1, -2, 3, 0, 4, 0, 6] },
        { "Floor", (g, x) => g.Floor(g.Div(x, g.Constant([4f], 1))), [0, -1, 0, 1, 0, 1] },
        { "Abs", (g, x) => g.Abs(x), [1, 2, 3, 4, 0, 6] },
        { "Log", (g, x) => g.Log(g.Exp(x)), [1, -2, 3, 4, 0, 6] },
        { "Min", (g, x) => g.Min(x, g.Constant([1f], 1)), [1, -2, 1, 1, 0, 1] },
        { "Max", (g, x) => g.Max(x, g.Constant([1f], 1)), [1, 1, 3, 4, 1, 6] },
        { "RowSum", (g, x) => g.RowSum(x), [2, 10] },
        { "RowLength", (g, x) => g.RowLength(x), [MathF.Sqrt(14), MathF.Sqrt(52)] },
        { "GreaterOrEqual", (g, x) => g.Cast(g.GreaterOrEqual(x, g.Constant([3f], 1)), ElementType.Float), [0, 0, 1, 1, 0, 1] },
        { "LinearRegressor", (g, x) => g.LinearRegressor(x, [1, 2, 3], [100]), [106, 122] },
    };

    [Theory]
    [MemberData(nameof(Arithmetic))]
    public void An_operator_on_numbers_gives_what_it_says(string name, Func<GraphWriter, GraphValue, GraphValue> build, float[] expected)
    {
        using var run = Run(build, values: [1, -2, 3, 4, 0, 6]);

        var actual = run.Floats("y");

        Assert.True(expected.Length == actual.Length, name);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void IsNaN_is_true_at_what_is_missing()
    {
        using var run = Run((graph, x) => graph.IsNaN(x), ElementType.Boolean);

        Assert.Equal([false, false, true, false, false, false], run.Booleans("y"));
    }

    [Fact]
    public void Imputer_replaces_what_is_missing_by_the_value_of_its_column()
    {
        using var run = Run((graph, x) => graph.Imputer(x, [7, 8, 9]));

        Assert.Equal([1, -2, 9, 4, 0, 6], run.Floats("y"));
    }

    [Fact]
    public void ArgMax_gives_the_first_of_the_greatest()
    {
        using var run = Run((graph, x) => graph.ArgMax(x, 1, keepDimension: false), ElementType.Int64, [1, 5, 5, 9, 0, 6]);

        Assert.Equal([1, 0], run.Integers("y"));
    }

    [Fact]
    public void Cast_cuts_off_the_fraction()
    {
        using var run = Run((graph, x) => graph.Cast(x, ElementType.Int64), ElementType.Int64, [1.9f, -2.9f, 3, 4, 0, 6]);

        Assert.Equal([1, -2, 3, 4, 0, 6], run.Integers("y"));
    }

    [Fact]
    public void Equal_is_false_at_what_is_missing()
    {
        using var run = Run((graph, x) => graph.Equal(x, graph.Constant([4f, -2, float.NaN], 3)), ElementType.Boolean);

        Assert.Equal([false, true, false, true, false, false], run.Booleans("y"));
    }

    [Fact]
    public void OneHotEncoder_gives_zeros_for_what_it_does_not_know()
    {
        using var run = RunStrings((graph, x) => graph.OneHotEncoder(x, ["red", "blau"]), ElementType.Float, ["blau", "", "red", "ü"]);

        Assert.Equal([0, 1, 0, 0, 1, 0, 0, 0], run.Floats("y"));
        Assert.Equal([4, 1, 2], run.Shape("y"));
    }

    [Fact]
    public void OneHotEncoder_takes_integer_categories()
    {
        using var run = Run(
            (graph, x) => graph.OneHotEncoder(graph.Cast(graph.Gather(x, [0], 1), ElementType.Int64), [1, 4]), values: [1, 0, 0, 4, 0, 0]);

        Assert.Equal([1, 0, 0, 1], run.Floats("y"));
    }

    [Fact]
    public void LabelEncoder_maps_strings_to_numbers()
    {
        using var run = RunStrings((graph, x) => graph.LabelEncoder(x, ["low", "high"], [1f, 2.5f], -1), ElementType.Float, ["high", "?"]);

        Assert.Equal([2.5f, -1], run.Floats("y"));
    }

    [Fact]
    public void LabelEncoder_maps_strings_to_integers_and_back()
    {
        using var run = RunStrings(
            (graph, x) => graph.LabelEncoder(graph.LabelEncoder(x, ["low", "high"], [10L, 20L], 0), [20L, 10L], ["HIGH", "LOW"], "none"),
            ElementType.String,
            ["high", "?", "low"]);

        Assert.Equal(["HIGH", "none", "LOW"], run.Strings("y"));
    }

    [Fact]
    public void LowerAscii_leaves_letters_beyond_ascii_as_they_are()
    {
        using var run = RunStrings((graph, x) => graph.LowerAscii(graph.Reshape(x, -1)), ElementType.String, ["AZaz_ÄÉΣ", "", "Ж1"]);

        Assert.Equal(["azaz_ÄÉΣ", "", "Ж1"], run.Strings("y"));
    }

    [Fact]
    public void Tokenizer_gives_what_matches_and_pads_the_shorter_rows()
    {
        using var run = RunStrings((graph, x) => graph.Tokenizer(x, "[a-zü]+", "-"), ElementType.String, ["ab, cü!", "", "x"]);

        Assert.Equal(["ab", "cü", "-", "-", "x", "-"], run.Strings("y"));
        Assert.Equal([3, 1, 2], run.Shape("y"));
    }

    [Fact]
    public void CountGrams_counts_runs_of_tokens()
    {
        using var run = Run(
            (graph, x) => graph.CountGrams(graph.Cast(x, ElementType.Int64), [[[1]], [[1, 2], [2, 1]]], [0, 2, 1], [1, 1, 0.5f]),
            values: [1, 2, 1, 3, 1, 2]);

        Assert.Equal([2, 0.5f, 1, 1, 0, 1], run.Floats("y"));
    }

    [Fact]
    public void LinearClassifier_names_the_class_with_the_greatest_score()
    {
        var graph = new GraphWriter("linear");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows, 1);
        var (label, scores) = graph.LinearClassifier(x, [1, -1, 0], [0, 0, 0.5f], ["up", "down", "flat"], PostTransform.Softmax);
        graph.Output(label, "label", ElementType.String, Dimension.Rows);
        graph.Output(scores, "scores", ElementType.Float, Dimension.Rows, 3);
        using var run = new GraphRun(graph.ToBytes()).With("x", [2f, -2, 0], 3, 1);

        Assert.Equal(["up", "down", "flat"], run.Strings("label"));
        var sum = MathF.Exp(2) + MathF.Exp(-2) + MathF.Exp(0.5f);
        Assert.Equal(MathF.Exp(2) / sum, run.Floats("scores")[0], 1e-6f);
    }
}
