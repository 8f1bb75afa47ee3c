using System.Runtime.Intrinsics.X86;
using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

public sealed class OnnxParityTests
{
    [Theory]
    [MemberData(nameof(RealData.Names), MemberType = typeof(RealData))]
    public async Task The_graph_of_boosted_trees_predicts_every_row_as_the_learner_does(string name)
    {
        var data = await RealData.LoadAsync(name);

        Exported.AgreesWithItself(new GradientBoosting().Train(data), data);
    }

    [Theory]
    [InlineData("breast-cancer")]
    [InlineData("wine")]
    [InlineData("digits")]
    public async Task The_graph_of_a_logistic_regression_predicts_every_row_as_the_learner_does(string name)
    {
        var data = await RealData.LoadAsync(name);

        Exported.AgreesWithItself(new LogisticRegression().Train(data), data);
    }

    [Theory]
    [InlineData("gradient-boosting", "breast-cancer")]
    [InlineData("gradient-boosting", "wine")]
    [InlineData("gradient-boosting", "diabetes")]
    [InlineData("random-forest", "breast-cancer")]
    [InlineData("random-forest", "wine")]
    [InlineData("extra-trees", "diabetes")]
    public async Task Trees_over_numbers_alone_are_scored_without_the_runtime(string learner, string name)
    {
        var data = await RealData.LoadAsync(name);

        using var scorer = new OnnxModelLoader(OnnxLimits.Default).Load(Make.Learner(learner).Train(data).ToOnnx(), data.Signature);

        Assert.IsType<CompiledScorer>(scorer);
    }

    [Theory]
    [InlineData("logistic-regression", "breast-cancer")]
    [InlineData("logistic-regression", "wine")]
    [InlineData("ridge", "diabetes")]
    public async Task Linear_models_over_numbers_alone_are_scored_without_the_runtime(string learner, string name)
    {
        var data = await RealData.LoadAsync(name);

        using var scorer = new OnnxModelLoader(OnnxLimits.Default).Load(Make.Learner(learner).Train(data).ToOnnx(), data.Signature);

        // On other processors the runtime may add up in another order, and then scores by itself.
        Assert.True(scorer is CompiledScorer || !Avx512F.IsSupported);
    }

    public static TheoryData<string, TaskType, int> Cases() => new()
    {
        { "logistic-regression", TaskType.Binary, 2 },
        { "logistic-regression", TaskType.Multiclass, 4 },
        { "gradient-boosting", TaskType.Binary, 2 },
        { "gradient-boosting", TaskType.Multiclass, 4 },
        { "gradient-boosting", TaskType.Regression, 0 },
        { "ridge", TaskType.Regression, 0 },
        { "elastic-net", TaskType.Regression, 0 },
        { "baseline", TaskType.Binary, 2 },
        { "baseline", TaskType.Multiclass, 4 },
        { "baseline", TaskType.Regression, 0 },
        { "random-forest", TaskType.Binary, 2 },
        { "random-forest", TaskType.Multiclass, 4 },
        { "random-forest", TaskType.Regression, 0 },
        { "extra-trees", TaskType.Binary, 2 },
        { "extra-trees", TaskType.Multiclass, 4 },
        { "extra-trees", TaskType.Regression, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Missing_values_and_unseen_categories_reach_the_graph_as_they_reach_the_learner(string learner, TaskType task, int classes)
    {
        var model = Make.Learner(learner).Train(Make.Mixed(400, task, classes, seed: 1));

        var unseen = Make.Mixed(300, task, classes, seed: 2);
        var strange = Make.Strings("many", [.. Enumerable.Range(0, 300).Select(row => row % 3 is 0 ? $"new {row}" : null)]);
        Column[] columns = [unseen.Features["whole"], unseen.Features["few"], unseen.Features["holed"], strange];
        Exported.AgreesWithItself(model, unseen);
        Exported.AgreesWithItself(model, unseen with { Features = new DataFrame(columns) }, batch: 1);
    }

    [Theory]
    [InlineData(1e9)]
    [InlineData(1e-6)]
    public void A_target_of_any_scale_is_predicted_alike(double scale)
    {
        var data = Make.Mixed(300, TaskType.Regression, 0);
        var scaled = data with { Target = Array.ConvertAll(data.Target, value => (value + 100) * scale) };

        Exported.AgreesWithItself(new GradientBoosting().Train(scaled), scaled);
    }

    [Fact]
    public void Trees_that_find_nothing_to_split_predict_the_share_of_each_class()
    {
        var data = Make.Classification(2, [0, 0, 0, 1], Make.Numbers("x", 1, 2, 3, 4));
        var model = new GradientBoosting().Train(data);

        Assert.Equal(0, model.Facts["rounds"]);
        Assert.All(model.Predict(data.Features).Chunk(2), row => Assert.Equal(0.25, row[1], 1e-7));
        Exported.AgreesWithItself(model, data);
    }

    [Fact]
    public void A_value_on_a_threshold_goes_the_way_it_went_in_training()
    {
        // Neighbouring single-precision numbers: there is none between them to be the threshold.
        var low = 0.1f;
        double[] values = [.. Enumerable.Range(0, 100).Select(row => (double)(row < 50 ? low : MathF.BitIncrement(low)))];
        var data = Make.Classification(2, [.. Enumerable.Range(0, 100).Select(row => row < 50 ? 0.0 : 1)], Make.Numbers("x", values));
        var model = new GradientBoosting().Train(data);

        Assert.True(model.Predict(data.Features)[1] < 0.01);
        Assert.True(model.Predict(data.Features)[^1] > 0.99);
        Exported.AgreesWithItself(model, data);
    }

    [PythonOnnxFact]
    public void The_reference_checker_accepts_every_graph()
    {
        foreach (var (learner, task, classes) in Cases().Select(row => ((string)row[0], (TaskType)row[1], (int)row[2])))
        {
            var read = PythonOnnx.CheckModel(Make.Learner(learner).Train(Make.Mixed(200, task, classes)).ToOnnx());

            Assert.Equal(["numeric", "strings"], read.GetProperty("inputs").EnumerateArray().Select(name => name.GetString()));
        }
    }

    [Theory]
    [InlineData("logistic-regression", 2)]
    [InlineData("logistic-regression", 3)]
    [InlineData("gradient-boosting", 2)]
    [InlineData("gradient-boosting", 3)]
    public void The_label_is_the_class_of_the_greatest_probability(string learner, int classes)
    {
        float[] values = [.. Enumerable.Range(0, 90).Select(row => row % 45f)];
        double[] target = [.. values.Select(value => Math.Floor(value * classes / 45))];
        var data = Make.Classification(classes, target, Make.Numbers("x", Array.ConvertAll(values, value => (double)value)));
        var model = Make.Learner(learner).Train(data);

        using var run = new GraphRun(model.ToOnnx()).With(ModelSignature.NumericInput, values, 90, 1);

        var expected = model.Predict(data.Features).Chunk(classes).Select(row => $"class {Array.IndexOf(row, row.Max())}").ToArray();
        Assert.Equal(classes, expected.Distinct().Count());
        Assert.Equal(expected, run.Strings(ModelSignature.LabelOutput));
    }

    [Fact]
    public void The_graph_says_what_it_is()
    {
        var data = Make.Mixed(200, TaskType.Multiclass, 3);

        var info = OnnxGraphInfo.Read(new GradientBoosting().Train(data).ToOnnx());

        Assert.Equal("gradient-boosting", info.Metadata["learner"]);
        Assert.Equal("target", info.Metadata["target"]);
        Assert.Equal("""["whole","few","holed","many"]""", info.Metadata["features"]);
        Assert.Equal("""["class 0","class 1","class 2"]""", info.Metadata["classes"]);
    }
}
