namespace Mlops.Training;

public class StudyTests
{
    private static readonly SearchSpace Space = new([new SearchParameter("x", new Distribution.Int(1, 3))]);

    [Fact]
    public void A_search_ends_when_its_trials_have_been_begun()
    {
        Assert.Null(Reason(new SearchSpec(Trials: 3), [1, 2]));
        Assert.Equal(StopReason.Trials, Reason(new SearchSpec(Trials: 3), [1, 2, null]));
    }

    [Fact]
    public void A_search_ends_when_its_time_is_up()
    {
        Assert.Null(StudyStopping.Reason(new SearchSpec(MaxMinutes: 2), Study([]), TimeSpan.FromSeconds(119)));
        Assert.Equal(StopReason.Minutes, StudyStopping.Reason(new SearchSpec(MaxMinutes: 2), Study([]), TimeSpan.FromSeconds(120)));
    }

    [Fact]
    public void A_search_ends_after_so_many_trials_that_are_no_better()
    {
        Assert.Null(Reason(new SearchSpec(Patience: 2), [3, 4, 2, 5]));
        Assert.Equal(StopReason.Patience, Reason(new SearchSpec(Patience: 2), [3, 4, 2, 5, 2]));
        Assert.Null(Reason(new SearchSpec(Patience: 2), [3, 4, 2, 5, null]));
    }

    [Fact]
    public void A_search_ends_when_the_grid_has_no_more()
    {
        var grid = new SearchSpec(Sampler: new SamplerSpec(SamplerKind.Grid));

        Assert.Null(Reason(grid, [1, 1]));
        Assert.Equal(StopReason.GridExhausted, Reason(grid, [1, 1, 1]));
    }

    [Fact]
    public void Trials_of_earlier_studies_cost_nothing_and_win_nothing()
    {
        var study = Study([5]) with { Trials = [Trial(-1, 0), Trial(0, 5)] };

        Assert.Null(StudyStopping.Reason(new SearchSpec(Trials: 2), study, TimeSpan.Zero));
        Assert.Equal(0, Incumbent.Of(study)?.Number);
        Assert.Equal([0], ParetoFront.Of(study).Select(trial => trial.Number));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public void The_best_is_the_first_of_the_best(bool isMaximized, int number) => Assert.Equal(
        number, Incumbent.Of(Study([4, 1, double.NaN, 7, 1, 7, null]) with { Maximize = [isMaximized] })?.Number);

    [Fact]
    public void The_front_has_what_nothing_is_better_than_in_every_respect()
    {
        double[][] values = [[1, 1], [2, 3], [3, 3], [3, 5], [0, 0]];
        var study = new StudyView(Space, [false, true], 0, [.. values.Select((both, number) => Trial(number, both))]);

        Assert.Equal([0, 1, 3, 4], ParetoFront.Of(study).Select(trial => trial.Number));
    }

    [Fact]
    public void Hypervolumes_are_those_of_Optuna() => Assert.All(
        SearchGolden.Read.Hypervolumes,
        golden => Assert.Equal(golden.Volume, Hypervolume.Compute(golden.Points, golden.Reference), 1e-12));

    [Fact]
    public void Importances_are_those_of_the_paper() => Assert.All(SearchGolden.Read.Importances, golden =>
    {
        var space = SearchSpace.Of(new SearchSpec(golden.Space), null);
        var trials = golden.Values.Select((value, t) => new Trial(
            t, TrialState.Complete, space.Parameters.Select((parameter, p) => (parameter, Code: golden.Columns[p][t])).ToDictionary(
                pair => pair.parameter.Name,
                pair => pair.parameter.Distribution is Distribution.Categorical { Choices: var choices }
                    ? choices[(int)pair.Code] : pair.Code),
            [value])).ToList();

        var importance = ParameterImportance.Compute(new StudyView(space, [golden.Maximize], 0, trials));

        Assert.All(golden.Importance, expected => Assert.Equal(expected.Value, importance[expected.Key], 1e-9));
        Assert.Equal(importance.Values.OrderDescending(), importance.Values);
    });

    [Fact]
    public void A_parameter_with_one_value_has_no_importance()
    {
        var space = new SearchSpace([.. Space.Parameters, new SearchParameter("one", new Distribution.Float(1, 1))]);

        Assert.Equal(
            new Dictionary<string, double> { ["x"] = 1, ["one"] = 0 },
            ParameterImportance.Compute(new StudyView(space, [false], 0, [])));
    }

    private static StopReason? Reason(SearchSpec search, double?[] values) => StudyStopping.Reason(search, Study(values), TimeSpan.Zero);

    private static StudyView Study(double?[] values) => new(Space, [false], 0, [.. values.Select((value, number) =>
        value is { } known ? Trial(number, known) : new Trial(number, TrialState.Running, new Dictionary<string, HyperparameterValue>()))]);

    private static Trial Trial(int number, params double[] values) =>
        new(number, TrialState.Complete, new Dictionary<string, HyperparameterValue>(), values);
}
