using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What a spec may ask of <see cref="LearnerSpec.Monotone"/>.</summary>
public sealed class MonotoneCheckTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Up_down_and_free_are_directions(int direction) => Assert.Empty(Check(Spec(("age", direction))));

    [Fact]
    public void Any_other_number_is_none() => Assert.Equal(
        [
            new SpecError("learner.monotone.age", "expected 1, 0 or -1"),
            new SpecError("learner.monotone.height", "expected 1, 0 or -1"),
        ],
        Check(Spec(("age", 2), ("height", -2), ("fine", 1))));

    [Fact]
    public void A_learner_that_cannot_promise_it_says_who_can()
    {
        var spec = Spec(("age", 1)) with { Learner = new LearnerSpec("wild", Monotone: new Dictionary<string, int> { ["age"] = 1 }) };

        Assert.Equal([new SpecError("learner.monotone", "wild cannot promise it; steady can")], Check(spec));
        Assert.Empty(Check(spec with { Learner = new LearnerSpec("wild", Monotone: new Dictionary<string, int> { ["age"] = 0 }) }));
    }

    [Fact]
    public void It_is_not_promised_for_many_classes()
    {
        var expected = new SpecError("learner.monotone", "predictions of more than two classes do not rise or fall");

        Assert.Equal([expected], Check(Spec(("age", 1)) with { Task = TaskType.Multiclass }));
        Assert.Equal([expected], Refusals(Spec(("age", 1)) with { Target = "kind" }));
        Assert.Empty(Refusals(Spec(("age", 0)) with { Target = "kind" }));
    }

    [Fact]
    public void A_column_that_is_not_learned_from_cannot_be_asked_for() => Assert.Equal(
        [new SpecError("learner.monotone.age", "'age' is none of the features")],
        Check(Spec(("age", 1)) with { Features = ["height"] }));

    [Fact]
    public void What_the_data_do_not_have_or_have_as_words_is_found_with_them() => Assert.Equal(
        [
            new SpecError("learner.monotone.gone", "'gone' is none of the features"),
            new SpecError("learner.monotone.kind", "'kind' is of type Category; predictions can only rise or fall with a number"),
            new SpecError("learner.monotone.left", "'left' is none of the features"),
        ],
        Refusals(Spec(("gone", 1), ("kind", 1), ("left", 1), ("age", 1))));

    [Fact]
    public void A_time_must_stand_alone()
    {
        var spec = Spec(("when", 1));

        Assert.Equal(
            [
                new SpecError(
                    "learner.monotone.when",
                    "the month or the hour of 'when' begins again and again: preprocess it with dates [] for the time alone"),
            ],
            Refusals(spec));
        Assert.Empty(Refusals(spec with { Preprocessing = new Dictionary<string, ColumnPreprocessing> { ["when"] = new(Dates: []) } }));
    }

    private static TrainingSpec Spec(params (string Feature, int Direction)[] monotone) => new(
        "m", "d", "left", new LearnerSpec("steady", Monotone: monotone.ToDictionary(asked => asked.Feature, asked => asked.Direction)));

    private static IReadOnlyList<SpecError> Check(TrainingSpec spec) =>
        TrainingSpecCheck.Check(spec, [new Stump("steady", true), new Stump("wild", false)]);

    private static IReadOnlyList<SpecError> Refusals(TrainingSpec spec) => TrainingPlan.Make(
        spec,
        new DataFrame(
        [
            Numbers("age", ColumnType.Number),
            Numbers("when", ColumnType.Timestamp),
            Words("kind", ["x", "y", "z"]),
            Words("left", ["yes", "no", "no"]),
        ])) is PlanOutcome.Refused refused ? refused.Errors : [];

    private static NumericColumn Numbers(string name, ColumnType type) => new(new ColumnSchema(name, type, false), [1, 2, 3]);

    private static StringColumn Words(string name, string[] words)
    {
        var levels = words.Distinct().ToArray();
        return new StringColumn(
            new ColumnSchema(name, ColumnType.Category, false), Array.ConvertAll(words, word => Array.IndexOf(levels, word)), levels);
    }

    private sealed class Stump(string name, bool isAble) : ILearner
    {
        public string Name => name;

        public IReadOnlyList<TaskType> Tasks => [TaskType.Binary, TaskType.Multiclass];

        public IReadOnlyList<Hyperparameter> Hyperparameters => [];

        public bool CanBeMonotone => isAble;

        public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
