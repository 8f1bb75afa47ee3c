using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What ridge, elastic net and Poisson regression promise beside scikit-learn's coefficients.</summary>
public sealed class LinearRegressionTests
{
    public static TheoryData<string> Learners => ["ridge", "elastic-net", "poisson-regression", "baseline"];

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_row_of_weight_two_counts_as_two_rows(string learner)
    {
        var data = Positive(60);
        int[] twice = [.. Enumerable.Range(0, 60), .. Enumerable.Range(0, 20)];
        double[] weights = [.. Enumerable.Range(0, 60).Select(row => row < 20 ? 2.0 : 1)];

        // Almost no penalty, as its measure is the spread of the rows, which weights do not change.
        (string, double)[] settings = learner is "baseline" ? [] : [("alpha", 1e-6)];
        var weighted = Make.Learner(learner).Train(data with { Weights = weights }, settings).Predict(data.Features);
        var repeated = Make.Learner(learner).Train(data.Take(twice), settings).Predict(data.Features);

        Assert.Equal(repeated, weighted, (left, right) => Math.Abs(left - right) < 1e-4 * Math.Abs(left));
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_row_without_weight_teaches_nothing(string learner)
    {
        var data = Positive(60);
        double[] wild = [.. data.Target];
        wild[7] = 1e6;
        double[] weights = [.. Enumerable.Range(0, 60).Select(row => row is 7 ? 0.0 : 1)];

        var usual = Make.Learner(learner).Train(data with { Weights = weights }).Predict(data.Features);
        var other = Make.Learner(learner).Train(data with { Target = wild, Weights = weights }).Predict(data.Features);

        Assert.Equal(usual, other, (left, right) => Math.Abs(left - right) < 1e-5 * Math.Abs(left));
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void Weights_under_which_nothing_differs_are_refused(string learner)
    {
        var data = Make.Regression([1, 1, 2, 3], Make.Numbers("x", 1, 2, 3, 4)) with { Weights = [1, 2, 0, 0] };

        var refusal = Assert.Throws<TrainingRefusedException>(() => Make.Learner(learner).Train(data));

        Assert.Equal("The target 'target' is the same in all rows that have a weight.", refusal.Message);
    }

    [Theory]
    [InlineData("ridge")]
    [InlineData("elastic-net")]
    [InlineData("poisson-regression")]
    [InlineData("logistic-regression")]
    [InlineData("naive-bayes")]
    public void A_monotone_prediction_is_not_promised(string learner)
    {
        var linear = Make.Learner(learner);
        var data = linear.Tasks.Contains(TaskType.Regression) ? Positive(30) : Make.Mixed(30, TaskType.Binary, 2);
        var options = Make.Options(linear) with { Monotone = new Dictionary<string, int> { ["x"] = 1 } };

        var refusal = Assert.Throws<TrainingRefusedException>(() => linear.Train(data, options, default));

        Assert.StartsWith($"{learner} cannot promise", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ridge")]
    [InlineData("elastic-net")]
    [InlineData("poisson-regression")]
    [InlineData("logistic-regression")]
    public void The_reported_loss_is_that_of_the_validation_rows(string name)
    {
        var learner = Make.Learner(name);
        var data = learner.Tasks.Contains(TaskType.Regression) ? Positive(200) : Make.Mixed(200, TaskType.Binary, 2);
        var validation = data.Take([.. Enumerable.Range(0, 50)]);
        var seen = new List<TrainingProgress>();
        var options = Make.Options(learner) with { Validation = validation, Progress = seen.Add };

        var model = learner.Train(data.Take([.. Enumerable.Range(50, 150)]), options, default);

        var loss = name switch
        {
            "logistic-regression" => LogLoss(model.Predict(validation.Features), validation.Target),
            "poisson-regression" => HalfDeviance(model.Predict(validation.Features), validation.Target),
            _ => SquaredError(model.Predict(validation.Features), validation.Target),
        };
        Assert.Equal(loss, model.Facts["validationLoss"], 1e-4 * loss);
        Assert.Equal(loss, seen[^1].Loss, 1e-4 * loss);
    }

    [Theory]
    [InlineData("ridge", 1e-6)]
    [InlineData("ridge", 1e9)]
    [InlineData("elastic-net", 1e-6)]
    [InlineData("elastic-net", 1e9)]
    [InlineData("poisson-regression", 1e-6)]
    [InlineData("poisson-regression", 1e9)]
    public void The_unit_of_the_target_does_not_matter(string learner, double unit)
    {
        var data = Positive(100);
        var plain = Make.Learner(learner).Train(data, Small(learner)).Predict(data.Features);
        var scaled = Make.Learner(learner).Train(
            data with { Target = Array.ConvertAll(data.Target, value => unit * value) }, Small(learner, unit)).Predict(data.Features);

        Assert.Equal(plain, scaled, (left, right) => Math.Abs(left - (right / unit)) < 1e-4 * Math.Abs(left));
    }

    [Fact]
    public void Two_columns_that_are_the_same_share_the_weight_in_ridge()
    {
        var x = Enumerable.Range(0, 40).Select(row => (double)row).ToArray();
        var data = Make.Regression([.. x.Select(value => (3 * value) + 1)], Make.Numbers("a", x), Make.Numbers("b", x));

        var parameters = Assert.IsType<LinearRegressor>(Make.Learner("ridge").Train(data, ("alpha", 1e-6))).Parameters;

        Assert.Equal(parameters[0], parameters[1], 1e-3);
        Assert.Equal(data.Target, Make.Learner("ridge").Train(data, ("alpha", 1e-6)).Predict(data.Features), (l, r) => Math.Abs(l - r) < 1e-3);
    }

    [Fact]
    public void More_columns_than_moments_are_kept_of_reach_the_same_kind_of_minimum()
    {
        var random = new DeterministicRandom(4);
        const int rows = 3_000;
        var levels = Enumerable.Range(0, rows).Select(row => $"level {row % 2_500}").ToArray();
        var x = Enumerable.Range(0, rows).Select(_ => random.NextGaussian()).ToArray();
        var target = x.Select((value, row) => (2 * value) + (row % 2_500 % 7)).ToArray();
        var wide = Make.Regression(target, Make.Numbers("x", x), Make.Strings("levels", levels));
        var options = Unfolded(new RidgeRegression());
        var problem = new LinearProblem(new RidgeRegression(), wide, options);
        Assert.True(problem.Matrix.Width > NormalEquations.MaxColumns);

        var model = Assert.IsType<LinearRegressor>(new RidgeRegression().Train(wide, options, default));

        // At the minimum the residuals of a level sum to alpha times its weight.
        var predictions = model.Predict(wide.Features);
        Assert.Equal(1, model.Facts["converged"]);
        for (var level = 0; level < 2_500; level += 499)
        {
            var residuals = Enumerable.Range(0, rows).Where(row => row % 2_500 == level).Sum(row => target[row] - predictions[row]);
            var column = 1 + Array.IndexOf(CategoryLevels.Learn(Make.Strings("levels", levels)).Names, $"level {level}");
            Assert.Equal(model.Parameters[column], residuals, 1e-3);
        }
    }

    [Fact]
    public void Elastic_net_leaves_out_what_does_not_help()
    {
        var model = Make.Learner("elastic-net").Train(Positive(300), ("alpha", 0.2), ("l1Ratio", 1));

        Assert.Equal(0, model.Importance["noise"]);
        Assert.True(model.Importance["x"] > 0.5);
        Assert.InRange(model.Facts["nonzeroWeights"], 1, 4);
    }

    [Fact]
    public void A_stronger_penalty_leaves_no_more_weights()
    {
        double Count(double alpha) => Make.Learner("elastic-net").Train(Positive(300), ("alpha", alpha)).Facts["nonzeroWeights"];

        double[] counts = [Count(1e-6), Count(0.01), Count(0.1), Count(1), Count(100)];

        Assert.Equal(counts.OrderDescending(), counts);
        Assert.Equal(0, counts[^1]);
    }

    [Fact]
    public void Elastic_net_refuses_more_columns_than_it_can_hold()
    {
        string[] levels = [.. Enumerable.Range(0, 2_100).Select(row => $"level {row}")];
        var data = Make.Regression([.. Enumerable.Range(0, 2_100).Select(row => (double)row)], Make.Strings("levels", levels));

        var refusal = Assert.Throws<TrainingRefusedException>(() => new ElasticNet().Train(data, Unfolded(new ElasticNet()), default));

        Assert.Equal(
            "The features make 2100 columns and elastic-net takes at most 2048: leave out features of many categories, or use ridge.",
            refusal.Message);
    }

    [Fact]
    public void Poisson_regression_predicts_nothing_under_zero_and_refuses_to_learn_from_it()
    {
        var data = Positive(50);

        Assert.All(Make.Learner("poisson-regression").Train(data).Predict(data.Features), value => Assert.True(value > 0));
        var refusal = Assert.Throws<TrainingRefusedException>(
            () => Make.Learner("poisson-regression").Train(data with { Target = [-1, -2, .. data.Target[2..]] }));
        Assert.Equal(
            "The target 'target' is negative in 2 rows; poisson-regression takes quantities from 0.", refusal.Message);
    }

    [Theory]
    [InlineData("poisson-regression")]
    [InlineData("ridge")]
    public void The_graph_predicts_as_the_learner_does(string learner)
    {
        var data = Positive(200);

        Exported.AgreesWithItself(Make.Learner(learner).Train(data, ("alpha", 0.01)), data);
        Exported.AgreesWithItself(Make.Learner(learner).Train(data, ("alpha", 0.01)), Extreme(data), batch: 1);
    }

    [Fact]
    public void Poisson_models_are_the_same_on_one_thread_and_on_two()
    {
        var learner = Make.Learner("poisson-regression");
        byte[] Bytes(int threads) => learner.Train(Positive(5_000), Make.Options(learner, threads), default).ToOnnx();

        Assert.Equal(Bytes(1), Bytes(2));
    }

    /// <summary>Every level has a column, however many there are.</summary>
    private static TrainingOptions Unfolded(ILearner learner) => Make.Options(learner) with
    {
        Preprocessing = new Dictionary<string, ColumnPreprocessing> { ["levels"] = new(MaxCategories: 10_000) },
    };

    /// <summary>A target over 0 that follows from x and a category, and noise that it does not follow from.</summary>
    private static TrainingData Positive(int rows)
    {
        var random = new DeterministicRandom(12);
        double[] Draw() => [.. Enumerable.Range(0, rows).Select(_ => random.NextGaussian())];
        var (x, noise) = (Draw(), Draw());
        string[] kind = [.. Enumerable.Range(0, rows).Select(row => row % 3 is 0 ? "dear" : "cheap")];
        double[] target = [.. x.Select((value, row) => Math.Exp((0.5 * value) + (row % 3 is 0 ? 1 : 0) + (random.NextGaussian() / 10)))];
        return Make.Regression(target, Make.Numbers("x", x), Make.Strings("kind", kind), Make.Numbers("noise", noise));
    }

    private static TrainingData Extreme(TrainingData data) => data with
    {
        Features = new([Make.Numbers("x", [1e4, -1e4, .. Enumerable.Repeat(0.0, 198)]), data.Features["kind"], data.Features["noise"]]),
    };

    // Ridge measures its penalty against squares of the target, the others do not mind the unit but for Poisson, whose deviance has it.
    private static (string, double)[] Small(string learner, double unit = 1) =>
        learner is "poisson-regression" ? [("alpha", 1e-3 * unit), ("tolerance", 1e-9)] : [];

    private static double SquaredError(double[] predictions, double[] target) =>
        predictions.Zip(target, (left, right) => (left - right) * (left - right)).Average();

    private static double LogLoss(double[] probabilities, double[] target) =>
        -target.Select((label, row) => Math.Log(probabilities[(2 * row) + (int)label])).Average();

    private static double HalfDeviance(double[] predictions, double[] target) =>
        predictions.Zip(target, (mean, count) => (count * Math.Log(count / mean)) - count + mean).Average();
}
