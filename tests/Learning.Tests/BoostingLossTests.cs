using FsCheck;
using FsCheck.Fluent;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class BoostingLossTests
{
    private static readonly GradientBoosting Learner = new();

    /// <summary>Base scores of the targets 1, 2, 4, 9: by hand.</summary>
    [Theory]
    [InlineData("squared", 4)]
    [InlineData("absolute", 3)]
    [InlineData("huber", 3)]
    [InlineData("poisson", 4)]
    public void What_finds_nothing_to_split_predicts_the_best_constant(string loss, double expected)
    {
        var data = Make.Regression([1, 2, 4, 9], Make.Numbers("x", 1, 2, 3, 4));

        var predictions = Train(data, loss).Predict(data.Features);

        Assert.All(predictions, prediction => Assert.Equal(expected, prediction, 1e-6));
    }

    [Theory]
    [InlineData("squared")]
    [InlineData("absolute")]
    [InlineData("huber")]
    [InlineData("quantile")]
    [InlineData("poisson")]
    public void The_graph_predicts_every_row_as_the_learner_does(string loss)
    {
        var data = Counts(800);

        var model = Train(data, loss);

        Assert.True(model.Facts["trees"] is 100);
        Exported.AgreesWithItself(model, data);
    }

    [Theory]
    [InlineData("squared")]
    [InlineData("absolute")]
    [InlineData("huber")]
    [InlineData("quantile")]
    [InlineData("poisson")]
    public void One_thread_and_two_give_equal_bytes(string loss)
    {
        var data = Counts(40_000);
        byte[] Bytes(int threads) => Learner.Train(
            data,
            Options(loss, ("rounds", 4), ("rowSample", 0.7), ("columnSample", 0.8), ("columnSampleByNode", 0.8)) with { Threads = threads },
            default).ToOnnx();

        Assert.Equal(Bytes(1), Bytes(2));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.8)]
    public void A_quantile_is_over_its_share_of_targets(double level)
    {
        var data = Counts(3_000);
        var predictions = Train(data, "quantile", ("quantile", level), ("minRowsPerLeaf", 100)).Predict(data.Features);

        // Targets are counts: those equal to the prediction are on either side.
        var under = data.Target.Zip(predictions, (target, prediction) => target < prediction - 1e-6 ? 1.0 : 0).Average();
        var notOver = data.Target.Zip(predictions, (target, prediction) => target <= prediction + 1e-6 ? 1.0 : 0).Average();
        Assert.True(under <= level + 0.03 && notOver >= level - 0.03, $"{under} {notOver}");
    }

    /// <summary>The mean losses of scikit-learn's HistGradientBoosting on the same rows; see golden/trees.py.</summary>
    [Theory]
    [InlineData("absolute")]
    [InlineData("quantile")]
    [InlineData("poisson")]
    public async Task Held_out_rows_cost_no_more_than_with_scikit_learn(string loss)
    {
        var (train, test) = Golden.Split("diabetes", await RealData.LoadAsync("diabetes"));

        var predictions = Train(train, loss, ("quantile", 0.8)).Predict(test.Features);

        var cost = predictions.Zip(test.Target, (prediction, truth) => loss switch
        {
            "absolute" => Math.Abs(prediction - truth),
            "quantile" => Math.Max(0.8 * (truth - prediction), 0.2 * (prediction - truth)),
            _ => 2 * ((truth * Math.Log(truth / prediction)) - truth + prediction),
        }).Average();
        Assert.InRange(cost, 0, 1.04 * Golden.Of("diabetes", loss));
    }

    [Fact]
    public void The_absolute_and_the_huber_loss_do_not_follow_an_outlier()
    {
        double[] x = [.. Enumerable.Range(0, 200).Select(row => (double)row)];
        double[] target = [.. x.Select(value => value is 100 ? 1e6 : value)];
        var data = Make.Regression(target, Make.Numbers("x", x));
        double Near(string loss) => Train(data, loss, ("minRowsPerLeaf", 10)).Predict(data.Features)[101];

        Assert.InRange(Near("absolute"), 80, 120);
        Assert.InRange(Near("huber"), 60, 140);
        Assert.True(Near("squared") > 1_000);
    }

    [Fact]
    public void The_poisson_loss_refuses_what_is_no_count()
    {
        var data = Make.Regression([1, -2, 4, 9], Make.Numbers("x", 1, 2, 3, 4));

        var refusal = Assert.Throws<TrainingRefusedException>(() => Train(data, "poisson"));

        Assert.Contains("below 0", refusal.Message);
    }

    [Fact]
    public void A_loss_of_quantities_is_refused_for_classes()
    {
        var data = Make.Classification(2, [0, 1, 0, 1], Make.Numbers("x", 1, 2, 3, 4));

        Assert.Contains("'huber'", Assert.Throws<TrainingRefusedException>(() => Train(data, "huber")).Message);
    }

    [Theory]
    [InlineData(new double[0], 0.5, 2.5)]
    [InlineData(new double[0], 0.25, 1.5)]
    [InlineData(new double[0], 0.3, 2)]
    [InlineData(new double[] { 1, 1, 1, 5 }, 0.5, 4)]
    [InlineData(new double[] { 4, 0, 0, 4 }, 0.5, 2.5)]
    [InlineData(new double[] { 0, 0, 0, 4 }, 0.01, 4)]
    public void A_weighted_quantile_is_what_the_hand_finds(double[] weights, double level, double expected) =>
        Assert.Equal(expected, WeightedStatistics.Quantile([1d, 2, 3, 4], weights, level));

    [Fact]
    public void A_quantile_of_weighted_rows_is_that_of_rows_repeated() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        double[] values = [.. Enumerable.Range(0, 30).Select(_ => (double)random.NextInt(20))];
        double[] weights = [.. values.Select(_ => (double)random.NextInt(4))];
        double[] repeated = [.. values.Zip(weights, (value, weight) => Enumerable.Repeat(value, (int)weight)).SelectMany(copies => copies)];
        var level = random.NextInt(16) / 16.0;
        return repeated.Length is 0
            || WeightedStatistics.Quantile(values, weights, level) == WeightedStatistics.Quantile(repeated, [], level);
    }).QuickCheckThrowOnFailure();

    private static ITrainedModel Train(TrainingData data, string loss, params (string, double)[] changed) =>
        Learner.Train(data, Options(loss, changed), default);

    private static TrainingOptions Options(string loss, params (string, double)[] changed)
    {
        var options = Make.Options(Learner, changed: changed);
        return options with
        {
            Hyperparameters = new Dictionary<string, HyperparameterValue>(options.Hyperparameters) { ["loss"] = loss },
        };
    }

    /// <summary>Whole numbers from 0 up whose mean follows from the features.</summary>
    private static TrainingData Counts(int rows)
    {
        var data = Make.Mixed(rows, TaskType.Regression, 0);
        var random = new DeterministicRandom(9);
        return data with
        {
            Target = Array.ConvertAll(data.Target, value => Math.Floor(Math.Exp((value / 20) + 1) * -Math.Log(1 - random.NextDouble()))),
        };
    }
}
