namespace Mlops.Training;

public class PrunerTests
{
    public static TheoryData<int> Cases() => [.. Enumerable.Range(0, SearchGolden.Read.Prunings.Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decisions_on_recorded_curves_are_those_of_Optuna(int index)
    {
        var golden = SearchGolden.Read.Prunings[index];
        var pruner = SearchStrategies.Pruner(golden.Spec);
        var ended = new List<Trial>();
        for (var number = 0; number < golden.Trials.Count; number++)
        {
            // The brackets of Hyperband follow from the study's name, which is the seed.
            var study = new StudyView(new SearchSpace([]), [golden.Maximize], 42, ended);
            var trial = golden.Trials[number].AsTrial(number);
            var decisions = golden.Decisions[number].Select((_, i) => pruner.ShouldPrune(
                study, trial with { State = TrialState.Running, Values = null, Intermediate = [.. trial.Intermediate!.Take(i + 1)] }));

            Assert.Equal(golden.Decisions[number], decisions);
            ended.Add(trial);
        }
    }

    [Theory]
    [InlineData(PrunerKind.None)]
    [InlineData(PrunerKind.Median)]
    [InlineData(PrunerKind.SuccessiveHalving)]
    [InlineData(PrunerKind.Hyperband)]
    public void A_trial_without_a_report_is_not_pruned(PrunerKind kind) => Assert.False(
        SearchStrategies.Pruner(new PrunerSpec(kind)).ShouldPrune(Study([Ended(0, 1), Ended(1, 1)]), new Trial(2, TrialState.Running, Nothing)));

    [Fact]
    public void Without_a_spec_nothing_is_pruned() =>
        Assert.False(SearchStrategies.Pruner(null).ShouldPrune(Study([.. Enumerable.Range(0, 9).Select(i => Ended(i, 0))]), Running(9, 1e9)));

    [Fact]
    public void A_trial_is_not_compared_with_those_of_earlier_studies()
    {
        var pruner = SearchStrategies.Pruner(new PrunerSpec(PrunerKind.Median, StartupTrials: 1));

        Assert.False(pruner.ShouldPrune(Study([Ended(-1, 0)]), Running(0, 1)));
        Assert.True(pruner.ShouldPrune(Study([Ended(0, 0)]), Running(1, 1)));
    }

    [Fact]
    public void A_sampler_sees_only_the_Hyperband_bracket_of_its_trial()
    {
        var pruner = new PrunerSpec(PrunerKind.Hyperband, MaxResource: 9);
        var space = new SearchSpace([new SearchParameter("x", new Distribution.Float(0, 1))]);
        var random = new DeterministicRandom(1);
        var trials = Enumerable.Range(0, 60).Select(number => new Trial(
            number, TrialState.Complete, new Dictionary<string, HyperparameterValue> { ["x"] = random.NextDouble() },
            [random.NextDouble()])).ToList();
        var study = new StudyView(space, [false], 7, trials);
        var bracket = new HyperbandPruner(1, 9, 3).BracketOf(study, 60);

        Assert.InRange(bracket.Trials.Count, 10, 59);
        Assert.Equal(
            SearchStrategies.Sampler(null).Suggest(bracket, 60)["x"], SearchStrategies.Sampler(null, pruner).Suggest(study, 60)["x"]);
    }

    private static readonly Dictionary<string, HyperparameterValue> Nothing = [];

    private static StudyView Study(IReadOnlyList<Trial> trials) => new(new SearchSpace([]), [false], 0, trials);

    private static Trial Ended(int number, double loss) =>
        new(number, TrialState.Complete, Nothing, [loss], [new IntermediateValue(1, loss)]);

    private static Trial Running(int number, double loss) =>
        new(number, TrialState.Running, Nothing, null, [new IntermediateValue(1, loss)]);
}
