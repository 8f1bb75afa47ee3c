using FsCheck;
using FsCheck.Fluent;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class GradientBoostingTests
{
    private static readonly GradientBoosting Learner = new();

    [Fact]
    public void A_monotone_change_of_a_feature_changes_no_prediction_of_training_rows() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        var values = Enumerable.Range(0, 120).Select(_ => (double)(random.NextInt(120) - 60)).ToArray();
        var target = Array.ConvertAll(values, value => Math.Sin(value / 20) + (0.1 * random.NextGaussian()));
        double[] Predict(Func<double, double> change)
        {
            var data = Make.Regression(target, Make.Numbers("x", Array.ConvertAll(values, value => change(value))));
            return Learner.Train(data, ("rounds", 10), ("minRowsPerLeaf", 3)).Predict(data.Features);
        }

        return Predict(value => value).SequenceEqual(Predict(value => value * value * value))
            && Predict(value => value).SequenceEqual(Predict(value => (2 * value) + 1));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_rows_changes_predictions_by_no_more_than_rounding()
    {
        var data = Make.Mixed(400, TaskType.Binary, 2);
        var order = Enumerable.Range(0, 400).ToArray();
        new DeterministicRandom(5).Shuffle(order);

        var predictions = Learner.Train(data, ("rounds", 20)).Predict(data.Features);
        var shuffled = Learner.Train(data.Take(order), ("rounds", 20)).Predict(data.Features);

        Assert.Equal(predictions, shuffled, (left, right) => Math.Abs(left - right) < 1e-4);
    }

    [Fact]
    public void Early_stopping_keeps_the_rounds_up_to_the_best()
    {
        // Little but noise: after some rounds each makes validation worse.
        var random = new DeterministicRandom(2);
        double[] Draw() => [.. Enumerable.Range(0, 600).Select(_ => random.NextGaussian())];
        var x = Draw();
        var data = Make.Regression([.. Draw().Zip(x, (noise, value) => noise + value)], Make.Numbers("x", x));
        var seen = new List<TrainingProgress>();
        var options = Make.Options(Learner, 1, 7, ("rounds", 500), ("earlyStoppingMinRows", 100), ("earlyStoppingRounds", 5));

        var model = Learner.Train(data, options with { Progress = seen.Add }, default);

        Assert.InRange(seen.Count, 5, 100);
        Assert.Equal(seen.Count - 5, model.Facts["rounds"]);
        Assert.True(seen.All(progress => progress.Loss >= model.Facts["validationLoss"] - 1e-7));
        var direct = Learner.Train(data, options with { Hyperparameters = With(options, "rounds", model.Facts["rounds"]) }, default);
        Assert.Equal(direct.ToOnnx(), model.ToOnnx());
        Assert.Equal(direct.Facts["trainingLoss"], model.Facts["trainingLoss"], 1e-9);
    }

    [Fact]
    public void By_default_small_data_is_learned_from_whole()
    {
        var model = Learner.Train(Make.Mixed(300, TaskType.Regression, 0));

        Assert.Equal(100, model.Facts["rounds"]);
        Assert.DoesNotContain("validationLoss", model.Facts.Keys);
    }

    [Fact]
    public void Importance_goes_to_the_features_that_decide()
    {
        var random = new DeterministicRandom(4);
        double[] Draw() => [.. Enumerable.Range(0, 500).Select(_ => random.NextGaussian())];
        var (strong, noise) = (Draw(), Draw());
        var level = Enumerable.Range(0, 500).Select(row => row % 3 is 0 ? "a" : "b").ToArray();
        double[] target = [.. strong.Select((value, row) => (3 * value) + (level[row] is "a" ? 2 : 0))];

        var importance = Learner.Train(Make.Regression(
            target, Make.Numbers("noise", noise), Make.Strings("level", level), Make.Numbers("strong", strong),
            Make.Numbers("same", Enumerable.Repeat(1.0, 500).ToArray()))).Importance;

        Assert.Equal(1, importance.Values.Sum(), 1e-9);
        Assert.Equal(["strong", "level", "noise", "same"], importance.OrderByDescending(pair => pair.Value).Select(pair => pair.Key));
        Assert.True(importance["noise"] < 0.01);
        Assert.Equal(0, importance["same"]);
    }

    [Fact]
    public void A_column_of_more_values_than_bins_is_learned_from()
    {
        double[] values = [.. Enumerable.Range(0, 3_000).Select(row => row / 7.0)];
        var data = Make.Regression(Array.ConvertAll(values, value => Math.Sin(value / 40)), Make.Numbers("x", values));

        var predictions = Learner.Train(data).Predict(data.Features);

        Assert.True(predictions.Zip(data.Target, (left, right) => Math.Abs(left - right)).Max() < 0.1);
    }

    [Fact]
    public void A_cancelled_training_stops_at_the_next_tree()
    {
        using var cancellation = new CancellationTokenSource();
        var rounds = 0;
        var options = Make.Options(Learner) with { Progress = _ => { rounds++; cancellation.Cancel(); } };

        Assert.Throws<OperationCanceledException>(() => Learner.Train(Make.Mixed(300, TaskType.Binary, 2), options, cancellation.Token));
        Assert.Equal(1, rounds);
    }

    [Fact]
    public void Classes_learned_to_the_last_bit_leave_predictions_finite()
    {
        var x = Enumerable.Range(0, 90).Select(row => (double)(row / 30)).ToArray();
        var data = Make.Classification(3, x, Make.Numbers("x", x));

        var model = Learner.Train(data, ("rounds", 400), ("learningRate", 1), ("minRowsPerLeaf", 1));

        Assert.All(model.Predict(data.Features), value => Assert.InRange(value, 0, 1));
        Exported.AgreesWithItself(model, data);
    }

    [Fact]
    public void Probabilities_of_many_classes_sum_to_one()
    {
        var data = Make.Mixed(400, TaskType.Multiclass, 5);

        var predictions = Learner.Train(data, ("rounds", 10)).Predict(data.Features);

        Assert.All(predictions.Chunk(5), row => Assert.Equal(1, row.Sum(), 1e-12));
    }

    private static Dictionary<string, HyperparameterValue> With(TrainingOptions options, string name, double value) =>
        new(options.Hyperparameters, StringComparer.Ordinal) { [name] = value };
}
