using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Training;

public class TrainingSpecCheckTests
{
    private static readonly TrainingSpec Good = new("churn", "customers", "left", new LearnerSpec("stump"));

    [Fact]
    public void A_good_spec_has_no_errors() => Assert.Empty(Check(Good));

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var bad = new TrainingSpec(
            "no such/name",
            "Not Lower",
            "",
            new LearnerSpec("stump", new Dictionary<string, HyperparameterValue> { ["depth"] = 2.5, ["rate"] = double.NaN, ["speed"] = 1 }),
            DatasetVersion: 0,
            Task: TaskType.Regression,
            Features: ["a", "", "a"],
            Split: new SplitSpec(Test: 1),
            Experiment: "",
            Gates: [new GateSpec("rmse"), new GateSpec("beauty", AtLeast: 1), new GateSpec("rmse", AtMost: double.NaN), new GateSpec("rmse", ChampionMargin: -1)],
            Alias: "v1");

        Assert.Equal(
            [
                "model", "dataset", "datasetVersion", "target", "alias", "experiment", "split.test", "features[1]", "features[2]", "task",
                "learner.hyperparameters.depth", "learner.hyperparameters.rate", "learner.hyperparameters.speed",
                "gates[0]", "gates[1].metric", "gates[2].atMost", "gates[3].championMargin",
            ],
            Check(bad).Select(error => error.Path));
    }

    [Fact]
    public void Nothing_is_trained_to_take_tensors() => Assert.Equal(
        [new SpecError("task", "expected one of binary, multiclass, regression")], Check(Good with { Task = TaskType.Tensors }));

    [Fact]
    public void An_unknown_learner_is_answered_with_those_there_are()
    {
        var error = Assert.Single(Check(Good with { Learner = new LearnerSpec("oracle") }));

        Assert.Equal(new SpecError("learner.name", "expected one of stump"), error);
    }

    [Fact]
    public void Sensitive_columns_are_named_once_and_are_not_the_target() => Assert.Equal(
        ["sensitive[0]", "sensitive[2]", "sensitive[3]"],
        Check(Good with { Sensitive = ["left", "a", "a", ""] }).Select(error => error.Path));

    [Fact]
    public void The_target_cannot_be_a_feature() =>
        Assert.Equal("features[0]", Assert.Single(Check(Good with { Features = ["left"] })).Path);

    [Fact]
    public void Nothing_in_a_list_may_be_null() => Assert.Equal(
        ["features[0]", "gates[0]"],
        Check(Documents.Read<TrainingSpec>(
            """{"model": "m", "dataset": "d", "target": "t", "learner": {"name": "stump"}, "features": [null, "a"], "gates": [null]}"""u8.ToArray()))
            .Select(error => error.Path));

    [Fact]
    public void No_name_may_be_longer_than_that_of_a_column() => Assert.Equal(
        ["target", "positiveClass", "features[0]"],
        Check(Good with { Target = new string('t', 257), PositiveClass = new string('c', 257), Features = [new string('f', 257)] })
            .Select(error => error.Path));

    private static IReadOnlyList<SpecError> Check(TrainingSpec spec) => TrainingSpecCheck.Check(spec, [new Stump()]);

    private sealed class Stump : ILearner
    {
        public string Name => "stump";

        public IReadOnlyList<TaskType> Tasks => [TaskType.Binary];

        public IReadOnlyList<Hyperparameter> Hyperparameters =>
            [new("depth", 1, 1, 8, IsInteger: true, "Levels."), new("rate", 0.1, 0, 1, IsInteger: false, "Shrinkage.")];

        public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
