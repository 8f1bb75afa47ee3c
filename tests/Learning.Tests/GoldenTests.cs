using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The learners against scikit-learn on the same split of the same data.</summary>
public sealed class GoldenTests
{
    [Theory]
    [InlineData("breast-cancer", 0.01)]
    [InlineData("wine", 0.01)]
    [InlineData("digits", 0.002)]
    public async Task Boosted_trees_rank_the_held_out_rows_as_well(string name, double tolerance)
    {
        var (train, test) = Golden.Split(name, await RealData.LoadAsync(name));

        var probabilities = new GradientBoosting().Train(train).Predict(test.Features);

        Assert.InRange(Auc(probabilities, test), Golden.Of(name).Number("boosting", "auc") - tolerance, 1);
        Assert.InRange(Accuracy(probabilities, test), Golden.Of(name).Number("boosting", "accuracy") - 0.025, 1);
    }

    [Fact]
    public async Task Boosted_trees_predict_the_held_out_quantities_as_well()
    {
        var (train, test) = Golden.Split("diabetes", await RealData.LoadAsync("diabetes"));

        var predictions = new GradientBoosting().Train(train).Predict(test.Features);

        var rmse = Math.Sqrt(predictions.Zip(test.Target, (prediction, truth) => Math.Pow(prediction - truth, 2)).Average());
        Assert.InRange(rmse, 0, Golden.Of("diabetes").Number("boosting", "rmse") * 1.03);
        Assert.True(rmse < 0.9 * Golden.Of("diabetes").GetProperty("meanRmse").GetDouble());
    }

    [Theory]
    [InlineData("breast-cancer")]
    [InlineData("wine")]
    [InlineData("digits")]
    public async Task Logistic_regression_finds_the_same_coefficients(string name)
    {
        var (train, _) = Golden.Split(name, await RealData.LoadAsync(name));

        var model = Assert.IsType<LinearClassifier>(new LogisticRegression().Train(train, ("tolerance", 1e-9)));

        var golden = Golden.Of(name).GetProperty("logistic");
        var coefficients = golden.GetProperty("coefficients").Matrix();
        var intercepts = golden.GetProperty("intercepts").Vector();
        for (var k = 0; k < coefficients.Length; k++)
        {
            double[] expected = [.. coefficients[k], intercepts[k]];
            Assert.Equal(expected, model.Weights(k).ToArray(), (left, right) => Math.Abs(left - right) < 1e-4);
        }
    }

    [Theory]
    [InlineData("breast-cancer")]
    [InlineData("wine")]
    [InlineData("digits")]
    public async Task Logistic_regression_gives_the_same_probabilities_at_its_defaults(string name)
    {
        var (train, test) = Golden.Split(name, await RealData.LoadAsync(name));

        var probabilities = new LogisticRegression().Train(train).Predict(test.Features);

        var golden = Golden.Of(name).GetProperty("logistic");
        double[] expected = [.. golden.GetProperty("probabilities").Matrix().SelectMany(row => row)];
        Assert.Equal(expected, probabilities, (left, right) => Math.Abs(left - right) < 1e-3);
        Assert.Equal(golden.GetProperty("auc").GetDouble(), Auc(probabilities, test), 0.005);
    }

    private static double Auc(double[] probabilities, TrainingData test) => test.Signature.Task is TaskType.Binary
        ? RocAuc.Compute([.. probabilities.Where((_, index) => index % 2 is 1)], [.. test.Target.Select(value => value is 1)])
        : RocAuc.OneVersusRest(probabilities, test.Target, test.Signature.Classes.Count);

    private static double Accuracy(double[] probabilities, TrainingData test) => probabilities
        .Chunk(test.Signature.Classes.Count)
        .Zip(test.Target, (row, truth) => Array.IndexOf(row, row.Max()) == truth ? 1.0 : 0)
        .Average();
}
