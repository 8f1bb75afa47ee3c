using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class TreeWeightTests
{
    public static TheoryData<string, TaskType, int> Losses() => new()
    {
        { "auto", TaskType.Binary, 2 },
        { "auto", TaskType.Multiclass, 3 },
        { "squared", TaskType.Regression, 0 },
        { "absolute", TaskType.Regression, 0 },
        { "huber", TaskType.Regression, 0 },
        { "quantile", TaskType.Regression, 0 },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_row_that_weighs_three_is_three_rows(string loss, TaskType task, int classes)
    {
        var data = Make.Mixed(300, task, classes);
        int[] times = [.. Enumerable.Range(0, 300).Select(row => 1 + (row % 3))];
        int[] repeated = [.. times.SelectMany((count, row) => Enumerable.Repeat(row, count))];

        // The rows of a leaf are counted, not weighed; bins know each value, so that repeating rows moves none.
        var learner = new GradientBoosting();
        var options = Make.Options(learner, changed: [("minRowsPerLeaf", 1), ("rounds", 15), ("minChildWeight", 0.5)]);
        var values = new Dictionary<string, HyperparameterValue>(options.Hyperparameters) { ["loss"] = loss };
        options = options with { Hyperparameters = values };
        var coarse = Coarse(data);
        var weighted = learner.Train(coarse with { Weights = Array.ConvertAll(times, count => (double)count) }, options, default);
        var whole = learner.Train(coarse.Take(repeated), options, default);

        // Splits of all but equal gain may change places by rounding, so single rows may differ.
        Assert.Equal(whole.Facts["trainingLoss"], weighted.Facts["trainingLoss"], 1e-3 * whole.Facts["trainingLoss"]);
        var differences = whole.Predict(coarse.Features).Zip(weighted.Predict(coarse.Features), (left, right) => Math.Abs(left - right));
        Assert.InRange(differences.Average(), 0, 1e-3);
    }

    [Theory]
    [InlineData("random-forest")]
    [InlineData("extra-trees")]
    public void Rows_of_no_weight_are_not_learned_from(string name)
    {
        var learner = Make.Learner(name);
        double[] x = [.. Enumerable.Range(0, 100).Select(row => (double)row)];
        var data = Make.Regression([.. x.Select(value => value < 50 ? 1 : 1e6)], Make.Numbers("x", x));
        data = data with { Weights = [.. x.Select(value => value < 50 ? 1.0 : 0)] };

        Assert.All(learner.Train(data).Predict(data.Features), prediction => Assert.Equal(1, prediction, 1e-3));
    }

    [Fact]
    public void A_class_that_weighs_nothing_is_refused()
    {
        var data = Make.Classification(2, [0, 1, 0, 1], Make.Numbers("x", 1, 2, 3, 4)) with { Weights = [1, 0, 1, 0] };

        Assert.Throws<TrainingRefusedException>(() => new GradientBoosting().Train(data));
    }

    [Fact]
    public void Validation_rows_given_are_those_that_stop_the_training()
    {
        var random = new DeterministicRandom(2);
        TrainingData Draw(int rows)
        {
            double[] x = [.. Enumerable.Range(0, rows).Select(_ => random.NextGaussian())];
            return Make.Regression([.. x.Select(value => value + random.NextGaussian())], Make.Numbers("x", x));
        }

        var (train, held) = (Draw(400), Draw(200));
        var learner = new GradientBoosting();
        var seen = new List<double>();
        var options = Make.Options(learner, 1, 7, ("rounds", 300), ("earlyStoppingRounds", 5));

        var model = learner.Train(train, options with { Validation = held, Progress = progress => seen.Add(progress.Loss) }, default);

        Assert.InRange(seen.Count, 6, 200);
        Assert.Equal(seen.Count - 5, model.Facts["rounds"]);
        var error = model.Predict(held.Features).Zip(held.Target, (left, right) => Math.Pow(left - right, 2) / 2).Average();
        Assert.Equal(error, model.Facts["validationLoss"], 1e-5);
        Assert.Equal(error, seen.Min(), 1e-5);
    }

    [Theory]
    [InlineData("gradient-boosting")]
    [InlineData("random-forest")]
    public void What_the_progress_throws_ends_the_training(string name)
    {
        var learner = Make.Learner(name);
        var options = Make.Options(learner) with { Progress = _ => throw new InvalidOperationException("pruned") };

        Assert.Throws<InvalidOperationException>(() => learner.Train(Make.Mixed(200, TaskType.Binary, 2), options, default));
    }

    private static TrainingData Coarse(TrainingData data) => data with
    {
        Features = new DataFrame([.. data.Features.Columns.Select(column => column is NumericColumn numbers
            ? new NumericColumn(numbers.Schema, Array.ConvertAll(numbers.Values, value => Math.Round(value / 2)))
            : column)]),
    };
}
