using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What stands around ML.NET, with models of our own in the place of what its converter writes.</summary>
public sealed class MlNetTests
{
    private const string Name = "ml-net-sdca";

    public static TheoryData<string> Learners => ["ml-net-fast-tree", "ml-net-light-gbm", "ml-net-sdca"];

    [WithoutMlNetTheory]
    [MemberData(nameof(Learners))]
    public void Without_ml_net_its_learners_say_so_and_refuse(string name)
    {
        var learner = Make.Learner(name);
        const string reason = "ML.NET is not in the package feed that this was built from.";

        Assert.Equal(reason, learner.Unavailable);
        Assert.Equal(
            $"{name} cannot be used here: {reason}",
            Assert.Throws<TrainingRefusedException>(() => learner.Train(Make.Mixed(50, learner.Tasks[0], 2))).Message);
    }

    [WithMlNetTheory]
    [MemberData(nameof(Learners))]
    public void With_ml_net_its_models_predict_as_their_graphs_do_and_are_the_same_on_two_threads(string name)
    {
        var learner = Make.Learner(name);
        foreach (var task in learner.Tasks)
        {
            var data = Make.Mixed(400, task, task is TaskType.Multiclass ? 3 : task is TaskType.Binary ? 2 : 0);
            var model = learner.Train(data);

            Assert.Equal(model.ToOnnx(), learner.Train(data, Make.Options(learner, threads: 2), default).ToOnnx());
            var exported = Exported.Score(model.ToOnnx(), data.Features, data.Signature);
            Assert.Equal(model.Predict(data.Features), exported, (left, right) => Math.Abs(left - right) < 1e-4 * Math.Max(1, Math.Abs(left)));
        }
    }

    [Theory]
    [InlineData(TaskType.Binary, 2)]
    [InlineData(TaskType.Multiclass, 3)]
    [InlineData(TaskType.Regression, 1)]
    public void A_converted_model_stands_behind_the_encoding_with_the_outputs_of_the_signature(TaskType task, int classes)
    {
        var data = Make.Mixed(200, task, classes);
        var encoding = LinearEncoding.Learn(RawFeatures.Read(data.Features, data.Signature), data.Signature, out var matrix);
        var random = new DeterministicRandom(2);
        var outputs = task is TaskType.Multiclass ? classes : 1;
        var weights = Enumerable.Range(0, outputs * matrix.Width).Select(_ => (float)random.NextGaussian()).ToArray();
        var column = task is TaskType.Binary ? "Probability" : "Score";

        var wrapped = ConvertedModel.Wrap(Converted(matrix.Width, weights, task, column), column, Name, data.Signature, encoding.ToGraph);

        var scores = Exported.Score(wrapped, data.Features, data.Signature);
        for (var row = 0; row < 200; row++)
        {
            double[] raw = [.. Enumerable.Range(0, outputs).Select(output => matrix.Dot(
                row, [.. weights.Skip(output * matrix.Width).Take(matrix.Width).Select(weight => (double)weight)]))];
            double[] expected = task switch
            {
                TaskType.Binary => [1 - Link.Sigmoid(raw[0]), Link.Sigmoid(raw[0])],
                TaskType.Multiclass => [.. raw.Select(score => Math.Exp(score) / raw.Sum(Math.Exp))],
                _ => raw,
            };
            Assert.Equal(
                expected, scores.Skip(row * expected.Length).Take(expected.Length), (left, right) => Math.Abs(left - right) < 1e-4);
        }
    }

    [Fact]
    public void A_converted_model_without_the_wanted_column_is_refused_with_what_it_has()
    {
        var data = Make.Regression([1, 2, 3], Make.Numbers("x", 1, 2, 3));
        var encoding = LinearEncoding.Learn(RawFeatures.Read(data.Features, data.Signature), data.Signature, out _);

        var refusal = Assert.Throws<ModelLoadException>(
            () => ConvertedModel.Wrap(Converted(1, [1], TaskType.Regression, "Other"), "Score", Name, data.Signature, encoding.ToGraph));

        Assert.StartsWith("The converted model has no output 'Score'; it has 'Other.output'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_that_predicts_as_the_model_does_is_accepted()
    {
        var data = Make.Mixed(100, TaskType.Multiclass, 3);
        var model = Make.Learner("logistic-regression").Train(data);

        ExportAgreement.Require(model, data.Features, data.Signature, default);
    }

    [Fact]
    public void An_export_that_differs_is_refused_with_how_many_rows_and_by_how_much()
    {
        var data = Make.Regression([1, 2, 6, 3], Make.Numbers("x", 1, 2, 3, 4));
        var honest = new Baseline().Train(data);

        var refusal = Assert.Throws<TrainingRefusedException>(
            () => ExportAgreement.Require(new Fake(honest, [3, 3.5, 3, double.NaN]), data.Features, data.Signature, default));

        Assert.Equal(
            "The exported model is not accepted: it differs from the trained one in 2 of 4 rows, by up to Infinity.", refusal.Message);
    }

    [Fact]
    public void An_export_that_cannot_be_loaded_is_refused()
    {
        var data = Make.Regression([1, 2, 6], Make.Numbers("x", 1, 2, 3));

        var refusal = Assert.Throws<TrainingRefusedException>(
            () => ExportAgreement.Require(new Fake(null, [3, 3, 3]), data.Features, data.Signature, default));

        Assert.StartsWith("The exported model is not accepted: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_share_of_a_feature_is_what_shuffling_it_changes()
    {
        var data = Make.Regression(
            [.. Enumerable.Range(0, 100).Select(row => (double)row)],
            Make.Numbers("x", [.. Enumerable.Range(0, 100).Select(row => (double)row)]),
            Make.Strings("same", [.. Enumerable.Repeat("a", 100)]));

        var shares = SensitivityShares.Of(Make.Learner("ridge").Train(data), data.Features, data.Signature, seed: 1);

        Assert.Equal(1, shares["x"]);
        Assert.Equal(0, shares["same"]);
    }

    /// <summary>A graph as a converter would write it for scores linear in features.</summary>
    private static byte[] Converted(int width, float[] weights, TaskType task, string column)
    {
        var graph = new GraphWriter("converted");
        var outputs = weights.Length / width;
        var transposed = Enumerable.Range(0, width).SelectMany(i => Enumerable.Range(0, outputs).Select(k => weights[(k * width) + i]));
        var scores = graph.MatMul(
            graph.Input("Features", ElementType.Float, Dimension.Rows, width), graph.Constant([.. transposed], width, outputs));
        var result = task switch
        {
            TaskType.Binary => graph.Sigmoid(scores),
            TaskType.Multiclass => graph.Softmax(scores),
            _ => scores,
        };
        graph.Output(result, $"{column}.output", ElementType.Float, Dimension.Rows, outputs);
        return graph.ToBytes();
    }

    /// <summary>Predicts what it is told and exports another's graph.</summary>
    private sealed class Fake(ITrainedModel? exported, double[] predictions) : ITrainedModel
    {
        public IReadOnlyDictionary<string, double> Importance { get; } = new Dictionary<string, double>();

        public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>();

        public double[] Predict(DataFrame features) => predictions;

        public byte[] ToOnnx() => exported?.ToOnnx() ?? [1, 2, 3];
    }
}

/// <summary>Applies only where ML.NET is there.</summary>
internal sealed class WithMlNetTheoryAttribute : TheoryAttribute
{
    public WithMlNetTheoryAttribute() => Skip = MlNetInstallation.Unavailable;
}

/// <summary>Applies only where ML.NET is a stand-in.</summary>
internal sealed class WithoutMlNetTheoryAttribute : TheoryAttribute
{
    public WithoutMlNetTheoryAttribute() => Skip = MlNetInstallation.Unavailable is null ? "ML.NET is installed." : null;
}
