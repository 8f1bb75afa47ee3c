using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

public sealed class BaselineTests
{
    [Fact]
    public void Every_row_gets_the_share_of_each_class()
    {
        var data = Make.Classification(3, [0, 1, 1, 2, 1], Make.Numbers("x", 1, 2, 3, 4, 5));

        var predictions = new Baseline().Train(data).Predict(data.Features);

        Assert.All(predictions.Chunk(3), row => Assert.Equal([0.2, 0.6, 0.2], row, (left, right) => Math.Abs(left - right) < 1e-7));
    }

    [Fact]
    public void Every_row_gets_the_mean_by_weight()
    {
        var data = Make.Regression([1, 2, 6], Make.Numbers("x", 1, 2, 3));

        Assert.Equal([3.0, 3, 3], new Baseline().Train(data).Predict(data.Features));
        Assert.Equal([5.0, 5, 5], new Baseline().Train(data with { Weights = [1, 0, 4] }).Predict(data.Features));
    }

    [Fact]
    public void A_class_of_no_weight_is_refused()
    {
        var data = Make.Classification(3, [0, 1, 2], Make.Numbers("x", 1, 2, 3)) with { Weights = [1, 0, 1] };

        Assert.Equal(
            "All rows of the class 'class 1' of 'target' have the weight 0.",
            Assert.Throws<Training.TrainingRefusedException>(() => new Baseline().Train(data)).Message);
    }

    [Fact]
    public void Missing_numbers_do_not_reach_the_outputs_of_the_graph()
    {
        var data = Make.Regression([1, 2, 6], Make.Numbers("x", double.NaN, double.PositiveInfinity, 3));

        Exported.AgreesWithItself(new Baseline().Train(data), data);
    }

    [Fact]
    public void Strings_alone_are_features_enough()
    {
        var data = Make.Classification(2, [0, 1, 1], Make.Strings("x", "a", "b", null), Make.Strings("y", "c", "d", "e"));
        var model = new Baseline().Train(data);

        Exported.AgreesWithItself(model, data);
        using var run = new GraphRun(model.ToOnnx()).With(ModelSignature.StringInput, ["a", "", "b", "z"], 2, 2);
        Assert.Equal(["class 1", "class 1"], run.Strings(ModelSignature.LabelOutput));
    }

    [Fact]
    public void No_feature_matters() =>
        Assert.All(new Baseline().Train(Make.Mixed(30, TaskType.Binary, 2)).Importance.Values, share => Assert.Equal(0, share));
}
