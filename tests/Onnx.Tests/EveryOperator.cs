namespace Mlops.Onnx;

/// <summary>One graph that uses each operator the writer names.</summary>
internal static class EveryOperator
{
    public static readonly string[] Names =
    [
        "Abs", "Add", "ArgMax", "ArrayFeatureExtractor", "Cast", "Concat", "Div", "Equal", "Exp", "FeatureVectorizer", "Floor", "Gather",
        "Gemm", "Greater", "GreaterOrEqual", "Identity", "Imputer", "IsNaN", "LabelEncoder", "LinearClassifier", "LinearRegressor",
        "Log", "MatMul", "Max", "Min", "Mul", "OneHotEncoder", "ReduceL2", "ReduceSum", "Reshape", "Scaler", "Sigmoid", "Slice",
        "Softmax", "StringNormalizer", "Sub", "TfIdfVectorizer", "Tokenizer", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "Where",
    ];

    public static GraphWriter Graph()
    {
        var graph = new GraphWriter("every-operator") { ProducerVersion = "1.2.3", Documentation = "uses everything" };
        graph.Metadata["colour"] = "grün";
        var numeric = graph.Input("numeric", ElementType.Float, Dimension.Rows, 3);
        var strings = graph.Input("strings", ElementType.String, Dimension.Rows, 1);

        var clean = graph.Scaler(graph.Imputer(numeric, [0, 0, 0]), [1, 1, 1], [2, 2, 2]);
        var missing = graph.Cast(graph.IsNaN(numeric), ElementType.Float);
        var hot = graph.Reshape(graph.OneHotEncoder(strings, ["red", "blue"]), 0, 2);
        var code = graph.LabelEncoder(strings, ["red"], [1f], 0);
        var isRed = graph.Cast(graph.Equal(code, graph.Constant([1f], 1)), ElementType.Float);
        var all = graph.FeatureVectorizer([3, 3, 2, 1, 1], clean, missing, hot, code, isRed);
        var few = graph.Slice(graph.ArrayFeatureExtractor(graph.Gather(all, [0, 1, 2, 3, 4], 1), 0, 1, 2, 3), 0, 3, 1);

        var trees = new TreeEnsemble();
        trees.Add([TreeNode.Split(0, 0.5f, 1, 2, true), TreeNode.Leaf(1), TreeNode.Leaf(-1)]);
        var (label, probabilities) = graph.TreeEnsembleClassifier(few, trees, ["no", "yes"], PostTransform.Logistic);
        var (_, linear) = graph.LinearClassifier(few, [1, 2, 3, 4, 5, 6], [0, 0], ["no", "yes"], PostTransform.Softmax);
        var forest = graph.TreeEnsembleRegressor(few, trees, 1);
        var line = graph.LinearRegressor(few, [1, 2, 3], [4]);

        var product = graph.Gemm(few, graph.Constant([1f, 2, 3], 3, 1), graph.Constant([1f], 1));
        var other = graph.MatMul(few, graph.Constant([1f, 2, 3], 3, 1));
        var ratio = graph.Div(graph.Mul(graph.Sub(product, other), forest), graph.Constant([2f], 1));
        var bounded = graph.Sigmoid(graph.Add(ratio, line));
        var chosen = graph.Where(graph.Greater(bounded, graph.Constant([0.5f], 1)), bounded, graph.Exp(bounded));
        var spread = graph.Softmax(graph.Concat(1, probabilities, linear));
        var best = graph.Cast(graph.ArgMax(spread, 1, keepDimension: true), ElementType.Float);

        var words = graph.Tokenizer(graph.Reshape(graph.LowerAscii(graph.Reshape(strings, -1)), -1, 1), "[a-z]+", "");
        var tokens = graph.LabelEncoder(graph.Reshape(words, 0, -1), ["red"], [1L], 0);
        var counts = graph.CountGrams(tokens, [[[1]]], [0]);
        var length = graph.Log(graph.Add(graph.RowLength(counts), graph.Max(graph.RowSum(counts), graph.Constant([1f], 1))));
        var capped = graph.Min(graph.Floor(graph.Abs(length)), graph.Constant([1f], 1));
        var known = graph.Cast(graph.GreaterOrEqual(capped, graph.Constant([1f], 1)), ElementType.Float);

        graph.Output(graph.Identity(label), "label", ElementType.String, Dimension.Rows);
        graph.Output(probabilities, "probabilities", ElementType.Float, Dimension.Rows, 2);
        graph.Output(graph.Add(graph.Add(chosen, best), known), "number", ElementType.Float, Dimension.Rows, 1);
        return graph;
    }
}
