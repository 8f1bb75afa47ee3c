namespace Mlops.Training;

public class ReproductionResultTests
{
    private static readonly Dictionary<string, double> Metrics = new() { ["rocAuc"] = 0.9, ["accuracy"] = 0.8 };

    private static readonly TrainingEnvironment Environment = new(
        "1.0", ".NET 10.0.1", "X64", 2, new Dictionary<string, string> { ["Mlops.Core"] = "1.0" });

    private static readonly TrainingRecord Record = new(
        "t", new TrainingSpec("m", "d", "y"), new LearnerSpec("stump"), "d", 3, "data", "model",
        new Dictionary<string, double>(), new Dictionary<string, double>(),
        Environment.CodeVersion, Environment.Runtime, Environment.Architecture, Environment.Threads, Environment.Packages);

    [Fact]
    public void The_same_bytes_and_metrics_are_identical()
    {
        var result = ReproductionResult.Compare(Record, Metrics, "model", Metrics, Environment);

        Assert.Equal(("identical", true), (result.Outcome, result.SameModel));
        Assert.Empty(result.Metrics);
        Assert.Empty(result.Environment);
    }

    [Fact]
    public void The_same_bytes_with_another_metric_are_different()
    {
        var now = new Dictionary<string, double> { ["rocAuc"] = 0.9, ["accuracy"] = Math.BitIncrement(0.8), ["f1"] = 0.7 };

        var result = ReproductionResult.Compare(Record, Metrics, "model", now, Environment);

        Assert.Equal(("different", true), (result.Outcome, result.SameModel));
        Assert.Equal(
            [new MetricDifference("accuracy", 0.8, Math.BitIncrement(0.8)), new MetricDifference("f1", null, 0.7)], result.Metrics);
    }

    [Fact]
    public void Other_bytes_are_different_though_no_metric_is()
    {
        var result = ReproductionResult.Compare(Record, Metrics, "other", Metrics, Environment);

        Assert.Equal(("different", false, "model", "other"), (result.Outcome, result.SameModel, result.RecordedSha256, result.ReproducedSha256));
    }

    [Fact]
    public void What_changed_around_the_training_is_told_even_if_nothing_came_of_it()
    {
        var now = Environment with
        {
            CodeVersion = "1.1",
            Threads = 8,
            Packages = new Dictionary<string, string> { ["Mlops.Core"] = "1.1", ["Mlops.Onnx"] = "1.1" },
        };

        var result = ReproductionResult.Compare(Record, Metrics, "model", Metrics, now);

        Assert.Equal("identical", result.Outcome);
        Assert.Equal(
            [
                new EnvironmentDifference("codeVersion", "1.0", "1.1"),
                new EnvironmentDifference("packages.Mlops.Core", "1.0", "1.1"),
                new EnvironmentDifference("packages.Mlops.Onnx", null, "1.1"),
                new EnvironmentDifference("threads", "2", "8"),
            ],
            result.Environment);
    }

    [Fact]
    public void What_an_earlier_record_does_not_know_is_no_difference() =>
        Assert.Empty((Record with { Threads = null, Packages = null }).DifferencesFrom(Environment));

    [Fact]
    public void A_recipe_leaves_nothing_to_be_chosen()
    {
        var searched = Record with
        {
            Spec = Record.Spec with
            {
                Search = new SearchSpec(),
                Budget = new BudgetSpec(Trials: 9),
                Gates = [new GateSpec("rmse", AtMost: 1)],
            },
        };

        Assert.Equal(Record.Spec with { Learner = Record.Learner, DatasetVersion = 3 }, searched.Recipe());
    }
}
