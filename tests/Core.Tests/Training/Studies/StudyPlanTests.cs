namespace Mlops.Training;

public class StudyPlanTests
{
    private static readonly SearchSpace Space = new([new SearchParameter("x", new Distribution.Float(0, 1))]);

    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(2, 4, 3)]
    [InlineData(4, 4, 1)]
    [InlineData(8, 4, 0)]
    public void A_sampler_sees_as_ended_only_what_had_to_end_however_fast_the_rest_was(int parallel, int number, int seen)
    {
        var view = Plan(parallel).Before(Space, Trials(6), number);

        Assert.Equal(Enumerable.Range(0, number), view.Trials.Select(trial => trial.Number));
        Assert.Equal(seen, view.Trials.Count(trial => trial.State is TrialState.Complete));
        Assert.All(view.Trials.Skip(seen), trial => Assert.Equal((TrialState.Running, null, 0.5), (trial.State, trial.Values, trial.Parameters["x"].Number)));
    }

    [Fact]
    public void A_pruner_sees_what_had_to_end_before_the_trial_began() =>
        Assert.Equal([0, 1, 2], Plan(parallel: 2).Behind(Space, Trials(6), 4).Trials.Select(trial => trial.Number));

    [Fact]
    public void Earlier_studies_stand_before_a_samplers_trials_and_are_nothing_to_a_pruner()
    {
        var plan = Plan(parallel: 1) with { Observations = [Trials(1)[0].AsTrial() with { Number = -1 }] };

        Assert.Equal([-1, 0, 1], plan.Before(Space, Trials(2), 2).Trials.Select(trial => trial.Number));
        Assert.Equal([0, 1], plan.Behind(Space, Trials(2), 2).Trials.Select(trial => trial.Number));
    }

    [Fact]
    public void Found_settings_stand_over_those_that_are_fixed()
    {
        var plan = Plan(1) with { Learner = new LearnerSpec("ridge", new Dictionary<string, HyperparameterValue> { ["x"] = 1, ["y"] = 2 }) };

        var learner = plan.LearnerOf(new Dictionary<string, HyperparameterValue> { ["x"] = 0.25 });

        Assert.Equal(("ridge", 0.25, 2.0), (learner.Name, learner.Hyperparameters!["x"].Number, learner.Hyperparameters["y"].Number));
    }

    [Fact]
    public void Where_learners_are_searched_among_the_parameters_name_one_and_its_settings()
    {
        var learner = Plan(1).LearnerOf(new Dictionary<string, HyperparameterValue> { ["learner"] = "ridge", ["ridge.alpha"] = 3 });

        Assert.Equal("ridge", learner.Name);
        Assert.Equal(new KeyValuePair<string, HyperparameterValue>("alpha", 3), Assert.Single(learner.Hyperparameters!));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void The_best_trial_is_the_earliest_of_the_best_in_the_direction_that_is_sought(bool maximize, int best)
    {
        double[] values = [0.5, 0.9, 0.9, 0.1, 0.1];
        var trials = Trials(5).Select(trial => trial with { Values = [values[trial.Number]] });

        Assert.Equal(best, StudyReport.BestOf([new StudyObjective("m", maximize)], trials)?.Number);
    }

    [Fact]
    public void Of_equals_in_the_first_objective_the_better_in_the_second_is_the_best_so_that_it_is_on_the_front()
    {
        var trials = Trials(2).Select(trial => trial with { Values = [0.9, trial.Number is 0 ? 20 : 10] });

        Assert.Equal(1, StudyReport.BestOf([new StudyObjective("m", true), new StudyObjective("size", false)], trials)?.Number);
    }

    private static StudyPlan Plan(int parallel) => new(
        new SearchSpec(Parallel: parallel), [new StudyObjective("rocAuc", true)], new CrossValidationSpec(), false, 1, [], [], []);

    private static List<StudyTrial> Trials(int count) =>
    [
        .. Enumerable.Range(0, count).Select(number => new StudyTrial(
            number,
            TrialState.Complete,
            new Dictionary<string, HyperparameterValue> { ["x"] = 0.5 },
            number,
            "run",
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            [0.5])),
    ];
}
