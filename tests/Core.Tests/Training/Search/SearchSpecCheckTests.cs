using Mlops.Registry;

namespace Mlops.Training;

public class SearchSpecCheckTests
{
    [Fact]
    public void A_good_search_has_no_errors() => Assert.Empty(Check(new SearchSpec(
        new Dictionary<string, ParameterSpec>
        {
            ["rate"] = new(ParameterType.Float, 0.001, 1, Log: true),
            ["depth"] = new(ParameterType.Int, 1, 8),
            ["loss"] = new(ParameterType.Categorical, Choices: ["log", "square"]),
        },
        [new ObjectiveSpec("rmse"), new ObjectiveSpec("latency")],
        new SamplerSpec(Multivariate: true), Patience: 10, MaxMinutes: 5, Parallel: 4, WarmStart: ["study-1"])));

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var bad = new SearchSpec(
            new Dictionary<string, ParameterSpec>
            {
                ["rate"] = new(ParameterType.Float, 0, 2, Log: true, Step: -1),
                ["depth"] = new(ParameterType.Int, 8, 1.5, Choices: [1]),
                ["loss"] = new(ParameterType.Categorical, Low: 1, Choices: ["log", "log", ""]),
                ["kind"] = new(ParameterType.Categorical),
                ["open"] = new(ParameterType.Float, double.NaN),
                ["when"] = new(ParameterType.Float, 0, 1, When: new ParameterCondition("depth", [1])),
                ["values"] = new(ParameterType.Float, 0, 1, When: new ParameterCondition("loss", ["log", "huber"])),
                ["self"] = new(ParameterType.Categorical, Choices: [1], When: new ParameterCondition("self", [1])),
                ["one"] = new(ParameterType.Categorical, Choices: [1], When: new ParameterCondition("other", [1])),
                ["other"] = new(ParameterType.Categorical, Choices: [1], When: new ParameterCondition("one", [])),
                ["absent"] = null!,
            },
            [new ObjectiveSpec("beauty"), new ObjectiveSpec("rmse"), new ObjectiveSpec("rmse"), null!, new ObjectiveSpec("size")],
            new SamplerSpec(SamplerKind.Random, Multivariate: true, Candidates: 5),
            new PrunerSpec(PrunerKind.Median, Percentile: 30, StartupTrials: -1),
            Trials: 0, Parallel: 65, MaxMinutes: double.NaN, Patience: 0, WarmStart: ["a", "a", ""]);

        Assert.Equal(
            [
                "space.rate.low", "space.rate.step", "space.rate.step",
                "space.depth.choices", "space.depth.high", "space.depth.high",
                "space.loss.low", "space.loss.choices[1]", "space.loss.choices[2]",
                "space.kind.choices",
                "space.open.low", "space.open.high",
                "space.when.when.parameter",
                "space.values.when.in[1]",
                "space.self.when.parameter",
                "space.one.when.parameter",
                "space.other.when.parameter", "space.other.when.in",
                "space.absent",
                "objectives", "objectives[0].metric", "objectives[2].metric", "objectives[3]",
                "sampler.multivariate", "sampler.candidates",
                "pruner.percentile", "pruner.startupTrials", "pruner",
                "trials", "parallel", "maxMinutes", "patience", "warmStart[1]", "warmStart[2]",
            ],
            SearchSpecCheck.Check(bad, "search", null).Select(error => error.Path["search.".Length..]));
    }

    [Fact]
    public void A_search_stays_within_what_the_learner_allows()
    {
        var bad = new SearchSpec(new Dictionary<string, ParameterSpec>
        {
            ["depth"] = new(ParameterType.Float, 1, 8),
            ["rate"] = new(ParameterType.Float, 0.5, 2),
            ["loss"] = new(ParameterType.Int, 1, 2),
            ["speed"] = new(ParameterType.Int, 1, 2),
        });

        Assert.Equal(
            [
                new SpecError("search.space.depth.type", "expected int, as it is a whole number"),
                new SpecError("search.space.rate.high", "expected a number from 0 to 1"),
                new SpecError("search.space.loss.type", "expected categorical, as it is one of a few words"),
                new SpecError("search.space.speed", "stump has depth, rate, loss"),
            ],
            Check(bad));
        Assert.Equal(
            "search.space.loss.choices[1]",
            Assert.Single(Check(Only("loss", new ParameterSpec(ParameterType.Categorical, Choices: ["log", "huber"])))).Path);
    }

    [Fact]
    public void A_learner_without_suggestions_needs_a_space() => Assert.Equal(
        new SpecError("search.space", "expected parameters: stump suggests none"), Assert.Single(Check(new SearchSpec())));

    [Fact]
    public void A_grid_needs_steps()
    {
        var grid = Only("rate", new ParameterSpec(ParameterType.Float, 0, 1)) with { Sampler = new SamplerSpec(SamplerKind.Grid) };

        Assert.Equal("search.space.rate.step", Assert.Single(Check(grid)).Path);
        Assert.Empty(Check(grid with
        {
            Space = new Dictionary<string, ParameterSpec> { ["rate"] = new(ParameterType.Float, 0, 1, Step: 0.5) },
        }));
    }

    [Theory]
    [InlineData(PrunerKind.None, "")]
    [InlineData(PrunerKind.Percentile, "percentile")]
    [InlineData(PrunerKind.Patient, "patience")]
    [InlineData(PrunerKind.Threshold, "-")]
    public void A_pruner_says_what_it_needs(PrunerKind kind, string needed) => Assert.Equal(
        needed switch { "" => [], "-" => ["search.pruner"], _ => [$"search.pruner.{needed}"] },
        Check(Only("rate", new ParameterSpec(ParameterType.Float, 0, 1)) with { Pruner = new PrunerSpec(kind) })
            .Select(error => error.Path));

    [Fact]
    public void A_wrapped_pruner_is_checked_too() => Assert.Equal(
        ["search.pruner.wrapped.reductionFactor", "search.pruner.wrapped.maxResource"],
        Check(Only("rate", new ParameterSpec(ParameterType.Float, 0, 1)) with
        {
            Pruner = new PrunerSpec(
                PrunerKind.Patient, Patience: 1,
                Wrapped: new PrunerSpec(PrunerKind.Hyperband, MinResource: 9, MaxResource: 8, ReductionFactor: 1)),
        }).Select(error => error.Path).OrderDescending());

    private static SearchSpec Only(string name, ParameterSpec parameter) =>
        new(new Dictionary<string, ParameterSpec> { [name] = parameter });

    private static IEnumerable<SpecError> Check(SearchSpec search) => SearchSpecCheck.Check(search, "search", new Stump());

    private sealed class Stump : ILearner
    {
        public string Name => "stump";

        public IReadOnlyList<TaskType> Tasks => [TaskType.Binary];

        public IReadOnlyList<Hyperparameter> Hyperparameters =>
        [
            new("depth", 1, 1, 8, IsInteger: true, "Levels."), new("rate", 0.1, 0, 1, IsInteger: false, "Shrinkage."),
            Hyperparameter.Choice("loss", "log", ["log", "square"], "What is minimised."),
        ];

        public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
