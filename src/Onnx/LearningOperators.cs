namespace Mlops.Onnx;

/// <summary>What a classifier's scores go through on their way out.</summary>
public enum PostTransform { None, Softmax, Logistic, SoftmaxZero, Probit }

/// <summary>Operators of classical machine learning (ai.onnx.ml, version 3) on float matrices [rows, features].</summary>
/// <remarks>Source: https://github.com/onnx/onnx/blob/v1.12.0/docs/Operators-ml.md.</remarks>
public static class LearningOperators
{
    /// <summary>Replaces what equals <paramref name="replaced"/> (NaN counts as equal to NaN) by the value of its column.</summary>
    public static GraphValue Imputer(
        this GraphWriter graph, GraphValue value, IReadOnlyList<float> replacements, float replaced = float.NaN) =>
        graph.Node(
            "Imputer",
            value,
            NodeSetting.Of("imputed_value_floats", replacements),
            NodeSetting.Of("replaced_value_float", replaced));

    /// <summary>(x − offset) × scale, column by column.</summary>
    public static GraphValue Scaler(this GraphWriter graph, GraphValue value, IReadOnlyList<float> offset, IReadOnlyList<float> scale) =>
        graph.Node("Scaler", value, NodeSetting.Of("offset", offset), NodeSetting.Of("scale", scale));

    /// <summary>One float column per category along a new last axis: [rows, n] strings become [rows, n, categories].</summary>
    /// <param name="unknownIsZeros">Whether a value of no category gives zeros; otherwise it is an error at run time.</param>
    public static GraphValue OneHotEncoder(
        this GraphWriter graph, GraphValue value, IReadOnlyList<string> categories, bool unknownIsZeros = true) =>
        graph.Node(
            "OneHotEncoder", value, NodeSetting.Of("cats_strings", categories), NodeSetting.Of("zeros", unknownIsZeros ? 1 : 0));

    /// <summary>As above, for int64 categories.</summary>
    public static GraphValue OneHotEncoder(
        this GraphWriter graph, GraphValue value, IReadOnlyList<long> categories, bool unknownIsZeros = true) =>
        graph.Node(
            "OneHotEncoder", value, NodeSetting.Of("cats_int64s", categories), NodeSetting.Of("zeros", unknownIsZeros ? 1 : 0));

    /// <summary>Strings to floats, element by element.</summary>
    public static GraphValue LabelEncoder(
        this GraphWriter graph, GraphValue value, IReadOnlyList<string> keys, IReadOnlyList<float> values, float otherwise) =>
        graph.Node(
            "LabelEncoder",
            value,
            NodeSetting.Of("keys_strings", keys),
            NodeSetting.Of("values_floats", values),
            NodeSetting.Of("default_float", otherwise));

    /// <summary>Strings to int64s, element by element.</summary>
    public static GraphValue LabelEncoder(
        this GraphWriter graph, GraphValue value, IReadOnlyList<string> keys, IReadOnlyList<long> values, long otherwise) =>
        graph.Node(
            "LabelEncoder",
            value,
            NodeSetting.Of("keys_strings", keys),
            NodeSetting.Of("values_int64s", values),
            NodeSetting.Of("default_int64", otherwise));

    /// <summary>Int64s to strings, element by element.</summary>
    public static GraphValue LabelEncoder(
        this GraphWriter graph, GraphValue value, IReadOnlyList<long> keys, IReadOnlyList<string> values, string otherwise) =>
        graph.Node(
            "LabelEncoder",
            value,
            NodeSetting.Of("keys_int64s", keys),
            NodeSetting.Of("values_strings", values),
            NodeSetting.Of("default_string", otherwise));

    /// <summary>The elements of the last axis at <paramref name="indices"/>.</summary>
    public static GraphValue ArrayFeatureExtractor(this GraphWriter graph, GraphValue value, params long[] indices) =>
        graph.Node(GraphWriter.LearningDomain, "ArrayFeatureExtractor", 1, [value, graph.Vector(indices)])[0];

    /// <summary>Matrices side by side, as floats.</summary>
    /// <param name="widths">How many columns each of them has.</param>
    public static GraphValue FeatureVectorizer(
        this GraphWriter graph, IReadOnlyList<long> widths, params ReadOnlySpan<GraphValue> values) =>
        graph.Node(GraphWriter.LearningDomain, "FeatureVectorizer", 1, values, NodeSetting.Of("inputdimensions", widths))[0];

    /// <summary>Scores x·wᵀ + b, per class, and the label of the greatest.</summary>
    /// <param name="coefficients">Row-major [classes, features].</param>
    /// <param name="intercepts">One per class.</param>
    public static (GraphValue Label, GraphValue Scores) LinearClassifier(
        this GraphWriter graph,
        GraphValue value,
        IReadOnlyList<float> coefficients,
        IReadOnlyList<float> intercepts,
        IReadOnlyList<string> classes,
        PostTransform transform) =>
        Pair(graph.Node(
            GraphWriter.LearningDomain,
            "LinearClassifier",
            2,
            [value],
            NodeSetting.Of("coefficients", coefficients),
            NodeSetting.Of("intercepts", intercepts),
            NodeSetting.Of("classlabels_strings", classes),
            Transform(transform)));

    /// <summary>x·wᵀ + b: [rows, targets].</summary>
    /// <param name="coefficients">Row-major [targets, features].</param>
    /// <param name="intercepts">One per target.</param>
    public static GraphValue LinearRegressor(
        this GraphWriter graph, GraphValue value, IReadOnlyList<float> coefficients, IReadOnlyList<float> intercepts) =>
        graph.Node(
            "LinearRegressor",
            value,
            NodeSetting.Of("coefficients", coefficients),
            NodeSetting.Of("intercepts", intercepts),
            NodeSetting.Of("targets", intercepts.Count));

    /// <summary>The label [rows] and the scores [rows, classes] of a sum of trees.</summary>
    /// <remarks>
    /// With two classes and one target in the trees (0), the sum is the score of the second class; <see cref="PostTransform.Logistic"/>
    /// turns it into the two probabilities.
    /// </remarks>
    /// <param name="baseValues">Added to the sum, one per target of the trees; or none.</param>
    public static (GraphValue Label, GraphValue Scores) TreeEnsembleClassifier(
        this GraphWriter graph,
        GraphValue value,
        TreeEnsemble trees,
        IReadOnlyList<string> classes,
        PostTransform transform,
        params IReadOnlyList<float> baseValues) =>
        Pair(graph.Node(
            GraphWriter.LearningDomain,
            "TreeEnsembleClassifier",
            2,
            [value],
            [.. trees.Attributes("class", baseValues), NodeSetting.Of("classlabels_strings", classes), Transform(transform)]));

    /// <summary>The sum of trees: [rows, <paramref name="targets"/>].</summary>
    /// <param name="baseValues">Added to the sum, one per target; or none.</param>
    public static GraphValue TreeEnsembleRegressor(
        this GraphWriter graph, GraphValue value, TreeEnsemble trees, int targets, params IReadOnlyList<float> baseValues) =>
        graph.Node("TreeEnsembleRegressor", value, [.. trees.Attributes("target", baseValues), NodeSetting.Of("n_targets", targets)]);

    private static GraphValue Node(
        this GraphWriter graph, string operatorName, GraphValue value, params ReadOnlySpan<NodeSetting> attributes) =>
        graph.Node(GraphWriter.LearningDomain, operatorName, 1, [value], attributes)[0];

    private static (GraphValue Label, GraphValue Scores) Pair(GraphValue[] values) => (values[0], values[1]);

    private static NodeSetting Transform(PostTransform transform) => NodeSetting.Of("post_transform", transform switch
    {
        PostTransform.Softmax => "SOFTMAX",
        PostTransform.Logistic => "LOGISTIC",
        PostTransform.SoftmaxZero => "SOFTMAX_ZERO",
        PostTransform.Probit => "PROBIT",
        _ => "NONE",
    });
}
