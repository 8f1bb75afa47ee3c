using FsCheck;
using FsCheck.Fluent;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class MonotoneTreesTests
{
    private static readonly GradientBoosting Learner = new();

    [Theory]
    [InlineData("auto", false)]
    [InlineData("auto", true)]
    [InlineData("absolute", false)]
    [InlineData("huber", false)]
    [InlineData("poisson", false)]
    public void Predictions_rise_or_fall_as_asked_whatever_the_data(string loss, bool isBinary) => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        double[] Draw() => [.. Enumerable.Range(0, 300).Select(_ => random.NextInt(12) is 0 ? double.NaN : random.NextGaussian())];
        var (up, down, free) = (Draw(), Draw(), Draw());
        double[] target = [.. up.Select((value, row) =>
        {
            var score = Math.Sin(3 * value) + Math.Cos(2 * down[row]) + (free[row] * value) + random.NextGaussian();
            return isBinary ? score > 0 ? 1 : 0 : Math.Round(Math.Abs(double.IsNaN(score) ? 1 : score * 3));
        })];
        Column[] columns = [Make.Numbers("up", up), Make.Numbers("down", down), Make.Numbers("free", free)];
        var data = isBinary ? Make.Classification(2, target, columns) : Make.Regression(target, columns);
        var options = Make.Options(Learner, changed: [("rounds", 20), ("minRowsPerLeaf", 5)]);
        var model = Learner.Train(
            data,
            options with
            {
                Hyperparameters = new Dictionary<string, HyperparameterValue>(options.Hyperparameters) { ["loss"] = loss },
                Monotone = new Dictionary<string, int> { ["up"] = 1, ["down"] = -1 },
            },
            default);

        double[] At(double rise, double fall)
        {
            Column[] moved =
            [
                Make.Numbers("up", Array.ConvertAll(up, value => value + rise)),
                Make.Numbers("down", Array.ConvertAll(down, value => value + fall)),
                data.Features["free"],
            ];
            var predictions = model.Predict(new DataFrame(moved));
            return isBinary ? [.. predictions.Where((_, index) => index % 2 is 1)] : predictions;
        }

        var steps = new[] { -1, -0.3, 0, 0.1, 0.7, 2 };
        return steps.Zip(steps.Skip(1)).All(step =>
            At(step.First, 0).Zip(At(step.Second, 0)).All(pair => pair.First <= pair.Second + 1e-9)
            && At(0, step.First).Zip(At(0, step.Second)).All(pair => pair.First >= pair.Second - 1e-9));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Fact]
    public void A_direction_that_the_data_has_costs_little()
    {
        double[] x = [.. Enumerable.Range(0, 200).Select(row => (double)row)];
        var data = Make.Regression([.. x.Select(value => value * value)], Make.Numbers("x", x));

        // Of a range of 40,000.
        var free = Learner.Train(data).Predict(data.Features);
        Assert.Equal(free, Train(data, "x", 1).Predict(data.Features), (a, b) => Math.Abs(a - b) < 200);
        var falling = Train(data, "x", -1).Predict(data.Features);
        Assert.All(falling, prediction => Assert.Equal(falling[0], prediction, 1e-3));
    }

    [Theory]
    [InlineData("none", "no feature 'none'")]
    [InlineData("few", "'few' is not numeric")]
    public void What_cannot_be_monotone_is_refused_by_name(string feature, string expected)
    {
        var refusal = Assert.Throws<TrainingRefusedException>(() => Train(Make.Mixed(100, TaskType.Regression, 0), feature, 1));

        Assert.Contains(expected, refusal.Message);
    }

    [Fact]
    public void A_time_is_monotone_only_without_months_and_hours()
    {
        double[] times = [.. Enumerable.Range(0, 400).Select(day => 1.6e9 + (day * 86_400.0))];
        var data = Make.Regression([.. times.Select((_, day) => (day / 10.0) + (20 * Math.Sin(day)))], Make.Times("when", times));
        var whole = Make.Options(Learner) with { Monotone = new Dictionary<string, int> { ["when"] = 1 } };
        var alone = whole with { Preprocessing = new Dictionary<string, ColumnPreprocessing> { ["when"] = new(Dates: []) } };

        Assert.Contains("'when'", Assert.Throws<TrainingRefusedException>(() => Learner.Train(data, whole, default)).Message);
        var predictions = Learner.Train(data, alone, default).Predict(data.Features);
        Assert.Equal(predictions.Order(), predictions);
        Assert.True(predictions[^1] > predictions[0] + 20);
    }

    [Fact]
    public void What_is_asked_to_be_free_is_free()
    {
        var data = Make.Mixed(200, TaskType.Binary, 2);
        var free = Make.Options(Learner) with { Monotone = new Dictionary<string, int> { ["whole"] = 0 } };

        Assert.Equal(Learner.Train(data).ToOnnx(), Learner.Train(data, free, default).ToOnnx());
        Assert.All(
            Make.Learners().Where(learner => learner.Unavailable is null && learner.Tasks.Contains(TaskType.Binary)),
            learner => learner.Train(data, Make.Options(learner) with { Monotone = free.Monotone }, default));
    }

    [Fact]
    public void Whoever_cannot_be_monotone_refuses_to_be()
    {
        var asked = new Dictionary<string, int> { ["whole"] = 1 };
        foreach (var learner in Make.Learners().Where(learner => learner.Unavailable is null))
        {
            var data = Make.Mixed(100, learner.Tasks.Contains(TaskType.Binary) ? TaskType.Binary : TaskType.Regression, 2);
            data = data.Signature.Task is TaskType.Binary ? data : data with { Target = Array.ConvertAll(data.Target, Math.Abs) };

            var refusal = Record.Exception(() => learner.Train(data, Make.Options(learner) with { Monotone = asked }, default));

            Assert.Equal(learner.CanBeMonotone, refusal is null);
            Assert.True(refusal is null or TrainingRefusedException, $"{learner.Name}: {refusal}");
        }
    }

    [Fact]
    public void More_classes_than_two_are_refused() =>
        Assert.Throws<TrainingRefusedException>(() => Train(Make.Mixed(100, TaskType.Multiclass, 3), "whole", 1));

    private static ITrainedModel Train(TrainingData data, string feature, int direction) => Learner.Train(
        data, Make.Options(Learner) with { Monotone = new Dictionary<string, int> { [feature] = direction } }, default);
}
