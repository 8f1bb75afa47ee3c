using Mlops.Registry;

namespace Mlops.Training;

public class SearchSpaceTests
{
    [Fact]
    public void A_parameter_comes_after_the_one_its_condition_names()
    {
        var space = SearchSpace.Of(new SearchSpec(new Dictionary<string, ParameterSpec>
        {
            ["c"] = new(ParameterType.Int, 1, 5, When: new ParameterCondition("b", ["y"])),
            ["b"] = new(ParameterType.Categorical, Choices: ["x", "y"], When: new ParameterCondition("a", [1])),
            ["a"] = new(ParameterType.Categorical, Choices: [1, 2]),
        }), null);

        Assert.Equal(["a", "b", "c"], space.Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public void Without_a_space_the_learner_suggests_one()
    {
        var space = SearchSpace.Of(new SearchSpec(), new Stump());

        Assert.Equal(
            [
                new SearchParameter("depth", new Distribution.Int(2, 6)),
                new SearchParameter("rate", new Distribution.Float(0.01, 1, Log: true)),
            ],
            space.Parameters);
    }

    [Theory]
    [InlineData(0, 1, 0.3, 0.9)]
    [InlineData(0, 0.9, 0.3, 0.9)]
    [InlineData(0.1, 0.7, 0.1, 0.7)]
    [InlineData(1, 1.4, 0.5, 1)]
    public void The_greatest_value_is_one_that_the_step_reaches(double low, double high, double step, double reached)
    {
        var distribution = Assert.IsType<Distribution.Float>(
            Distribution.Of(new ParameterSpec(ParameterType.Float, low, high, Step: step)));

        Assert.Equal(reached, distribution.High, 1e-12);
    }

    [Fact]
    public void A_grid_has_every_combination_once_and_conditional_parameters_only_where_they_exist()
    {
        var space = new SearchSpace(
        [
            new SearchParameter("kind", new Distribution.Categorical(["a", "b"])),
            new SearchParameter("depth", new Distribution.Int(1, 5, Step: 2), new ParameterCondition("kind", ["a"])),
            new SearchParameter("share", new Distribution.Float(0, 0.5, Step: 0.25)),
        ]);
        var sampler = SearchStrategies.Sampler(new SamplerSpec(SamplerKind.Grid));
        var tried = Enumerable.Range(0, 12).Select(number => sampler.Suggest(new StudyView(space, [false], 0, []), number))
            .Select(values => string.Join(' ', values.Select(value => $"{value.Key}={value.Value}"))).ToList();

        Assert.Equal(12, GridSampler.Count(space, 1000));
        Assert.Equal(12, tried.Distinct().Count());
        Assert.Equal("kind=a depth=1 share=0", tried[0]);
        Assert.Equal("kind=b share=0.5", tried[^1]);
    }

    [Fact]
    public void Trials_of_earlier_studies_that_fit_stand_before_those_of_the_new_one()
    {
        var space = new SearchSpace([new SearchParameter("x", new Distribution.Float(0, 1))]);
        var fitting = Trial(TrialState.Complete, 0.5);

        var observations = WarmStart.Observations(space, 1,
        [
            fitting, Trial(TrialState.Complete, 2), Trial(TrialState.Pruned, 0.5), fitting with { Values = [double.NaN] },
            fitting with { Values = [1, 2] }, fitting with { Parameters = new Dictionary<string, HyperparameterValue>() },
            fitting with { Parameters = new Dictionary<string, HyperparameterValue> { ["x"] = 0.5, ["y"] = 1 } },
            Trial(TrialState.Complete, 0.25),
        ]);

        Assert.Equal([(-2, 0.5), (-1, 0.25)], observations.Select(trial => (trial.Number, trial.Parameters["x"].Number)));

        static Trial Trial(TrialState state, double x) =>
            new(3, state, new Dictionary<string, HyperparameterValue> { ["x"] = x }, state is TrialState.Complete ? [1] : null);
    }

    private sealed class Stump : ILearner
    {
        public string Name => "stump";

        public IReadOnlyList<TaskType> Tasks => [TaskType.Binary];

        public IReadOnlyList<Hyperparameter> Hyperparameters =>
        [
            new("depth", 1, 1, 8, true, "Levels.", Search: new SuggestedRange(2, 6)),
            new("rounds", 100, 1, 800, true, "Rounds."),
            new("rate", 0.1, 0, 1, false, "Shrinkage.", Search: new SuggestedRange(0.01, 1, true)),
        ];

        public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
