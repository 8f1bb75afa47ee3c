using System.Runtime.Intrinsics.X86;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.OnnxRuntime;
using Mlops.Registry;

namespace Mlops.Onnx;

public class LinearModelTests
{
    private static readonly OnnxModelLoader Loader = new(OnnxLimits.Default);

    private static readonly PostTransform[] Transforms = [PostTransform.None, PostTransform.Softmax, PostTransform.Logistic];

    /// <summary>On processors for which the runtime adds up in another order it scores by itself, and the bits are the same all the same.</summary>
    [Fact]
    public void Any_linear_model_gives_the_bits_that_the_runtime_gives_whatever_the_number_of_rows() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var (columns, outputs) = (random.Next(1, 70), random.Next(1, 12));
        var (model, signature) = Draw(random, columns, outputs);
        using var scorer = Loader.Load(model, signature);
        using var session = OnnxModelLoader.Open(model);
        foreach (var count in new[] { 1, 2, 3, random.Next(4, 70), 301 })
        {
            var rows = Rows(random, count * columns);
            Assert.Equal(Bits(Run(session, rows, count)), Bits(OwnModel.Score(scorer, count, rows)));
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("Gemm", 30, 2)]
    [InlineData("Gemm", 300, 3)]
    [InlineData("Gemm", 30, 30)]
    [InlineData("LinearClassifier", 30, 2)]
    [InlineData("LinearClassifier", 7, 9)]
    [InlineData("LinearRegressor", 30, 1)]
    [InlineData("LinearRegressor", 200, 1)]
    public void Models_of_common_sizes_are_scored_without_the_runtime(string kind, int columns, int outputs)
    {
        var (model, signature) = Model(new Random(3), kind, columns, outputs, scales: true);

        using var scorer = Loader.Load(model, signature);

        // On other processors the runtime may add up in another order, and then scores by itself.
        Assert.True(scorer is CompiledScorer || !Avx512F.IsSupported);
    }

    [Fact]
    public void A_model_with_a_weight_that_is_a_little_off_does_not_pass_the_trial()
    {
        var (right, signature) = Model(new Random(5), "LinearClassifier", 8, 3, scales: false);
        var (wrong, _) = Model(new Random(5), "LinearClassifier", 8, 3, scales: false, change: weight => weight * 1.0001f);
        using var reference = Loader.Load(right, signature);
        var binding = GraphBinding.Resolve(OnnxGraphInfo.Read(right), signature);

        Assert.True(IsAgreed(right));
        Assert.False(IsAgreed(wrong));

        bool IsAgreed(byte[] model) => LinearModel.Read(model, binding) is { } compiled
            && CompiledTrial.Agree(compiled, new CompiledScorer(signature, binding, compiled), reference);
    }

    [Fact]
    public void A_graph_that_does_more_is_left_to_the_runtime()
    {
        var graph = new GraphWriter("twice");
        var input = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var sum = graph.LinearRegressor(graph.Node("Mul", [input, graph.Constant([2f], 1)]), [1, 10], [0.5f]);
        graph.Output(sum, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        using var scorer = Loader.Load(graph.ToBytes(), Foreign.Signature(TaskType.Regression, 2));

        Assert.IsType<OnnxScorer>(scorer);
        Assert.Equal([42.5f], OwnModel.Score(scorer, 1, [1, 2]));
    }

    [Fact]
    public void Settings_that_are_not_read_are_found_out()
    {
        var graph = new GraphWriter("half of it");
        var input = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var sum = graph.Node(
            "Gemm", [input, graph.Constant([1f, 10], 2, 1), graph.Constant([0.5f], 1)], NodeSetting.Of("alpha", 0.5f));
        graph.Output(sum, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        using var scorer = Loader.Load(graph.ToBytes(), Foreign.Signature(TaskType.Regression, 2));

        Assert.IsType<OnnxScorer>(scorer);
        Assert.Equal([11], OwnModel.Score(scorer, 1, [1, 2]));
    }

    private static (byte[] Model, ModelSignature Signature) Draw(Random random, int columns, int outputs) => random.Next(3) switch
    {
        0 => Model(random, "LinearRegressor", columns, 1, random.Next(2) is 0),
        1 => Model(random, "LinearClassifier", columns, Math.Max(outputs, 2), random.Next(2) is 0),
        _ => Model(random, "Gemm", columns, Math.Max(outputs, 2), random.Next(2) is 0),
    };

    /// <param name="change">Put to the first weight.</param>
    private static (byte[] Model, ModelSignature Signature) Model(
        Random random, string kind, int columns, int outputs, bool scales, Func<float, float>? change = null)
    {
        var graph = new GraphWriter(kind);
        var input = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, columns);
        var (weights, intercepts) = (Rows(random, columns * outputs), Rows(random, outputs));
        weights[0] = change?.Invoke(weights[0]) ?? weights[0];
        var value = scales
            ? graph.Scaler(graph.Imputer(input, Rows(random, columns)), Rows(random, columns), [.. Rows(random, columns).Select(MathF.Exp)])
            : input;
        string[] classes = [.. Enumerable.Range(0, outputs).Select(output => $"c{output:D2}")];
        var scores = kind switch
        {
            "LinearRegressor" => graph.LinearRegressor(value, weights, intercepts),
            "LinearClassifier" => graph.LinearClassifier(
                value, weights, intercepts, classes, Transforms[random.Next(Transforms.Length)]).Scores,
            _ => graph.Softmax(graph.Node(
                "Gemm", [value, graph.Constant(weights, columns, outputs), graph.Constant(intercepts, outputs)])),
        };
        var isRegression = kind is "LinearRegressor";
        graph.Output(
            scores,
            isRegression ? ModelSignature.PredictionOutput : ModelSignature.ProbabilitiesOutput,
            ElementType.Float,
            Dimension.Rows,
            outputs);
        var task = isRegression ? TaskType.Regression : outputs is 2 ? TaskType.Binary : TaskType.Multiclass;
        return (graph.ToBytes(), Foreign.Signature(task, columns, isRegression ? [] : classes));
    }

    private static float[] Rows(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-2, 2))))];

    private static int[] Bits(float[] numbers) => Array.ConvertAll(numbers, BitConverter.SingleToInt32Bits);

    private static float[] Run(InferenceSession session, float[] rows, int count)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(rows, [count, rows.Length / count]);
        using var outputs = session.Run(
            options, new Dictionary<string, OrtValue> { [session.InputNames[0]] = input }, [session.OutputNames[0]]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
