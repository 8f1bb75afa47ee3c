using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Small models in the shape that our learners export, whose predictions can be worked out by hand.</summary>
internal static class OwnModel
{
    public static readonly ModelSignature LineSignature = Foreign.Signature(TaskType.Regression, 2);

    public static readonly ModelSignature MixedSignature = new(
        [
            new ColumnSchema("size", ColumnType.Number, Nullable: true),
            new ColumnSchema("colour", ColumnType.Category, Nullable: true),
            new ColumnSchema("age", ColumnType.Integer, Nullable: true),
            new ColumnSchema("shape", ColumnType.Category, Nullable: true),
        ],
        "kind",
        TaskType.Binary,
        ["no", "yes"]);

    /// <summary>2a + 3b + 1, a missing a being 10 and a missing b 20.</summary>
    public static byte[] Line()
    {
        var graph = new GraphWriter("line");
        var numeric = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var value = graph.LinearRegressor(graph.Imputer(numeric, [10, 20]), [2, 3], [1]);
        graph.Output(value, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        return graph.ToBytes();
    }

    /// <summary>The probability of "yes" is logistic(size + age + (2 if red) + (4 if round)), missing numbers being 0.</summary>
    public static byte[] Mixed()
    {
        var graph = new GraphWriter("mixed");
        var numeric = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var strings = graph.Input(ModelSignature.StringInput, ElementType.String, Dimension.Rows, 2);
        var colour = graph.LabelEncoder(graph.ArrayFeatureExtractor(strings, 0), ["red"], [2f], 0);
        var shape = graph.LabelEncoder(graph.ArrayFeatureExtractor(strings, 1), ["round", "rund ö"], [4f, 4f], 0);
        var all = graph.Concat(1, graph.Imputer(numeric, [0, 0]), colour, shape);
        var (label, probabilities) = graph.LinearClassifier(
            all, [-1, -1, -1, -1, 1, 1, 1, 1], [0, 0], MixedSignature.Classes, PostTransform.Logistic);
        graph.Output(label, ModelSignature.LabelOutput, ElementType.String, Dimension.Rows);
        graph.Output(probabilities, ModelSignature.ProbabilitiesOutput, ElementType.Float, Dimension.Rows, 2);
        return graph.ToBytes();
    }

    public static float[] Score(IModelScorer scorer, int rows, float[] numbers, params string[] strings)
    {
        var output = new float[rows * scorer.Signature.OutputWidth];
        scorer.Score(new FeatureBatch(rows, numbers, strings), output);
        return output;
    }
}
