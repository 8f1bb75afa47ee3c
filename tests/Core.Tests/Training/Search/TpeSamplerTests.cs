using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Training;

public class TpeSamplerTests
{
    private static readonly SearchSpace Conditional = new(
    [
        new SearchParameter("kind", new Distribution.Categorical(["tree", "line"])),
        new SearchParameter("rate", new Distribution.Float(1e-4, 1, Log: true)),
        new SearchParameter("depth", new Distribution.Int(1, 9), new ParameterCondition("kind", ["tree"])),
        new SearchParameter("leaves", new Distribution.Int(2, 512, Log: true), new ParameterCondition("kind", ["tree"])),
        new SearchParameter("penalty", new Distribution.Float(0, 1, Step: 0.25), new ParameterCondition("kind", ["line"])),
        new SearchParameter("fixed", new Distribution.Float(3, 3)),
    ]);

    public static TheoryData<int> Cases() => [.. Enumerable.Range(0, SearchGolden.Read.Splits.Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Good_trials_and_others_are_told_apart_as_by_Optuna(int index)
    {
        var golden = SearchGolden.Read.Splits[index];
        var split = TpeSplit.Of(new StudyView(
            new SearchSpace([]), golden.Maximize, 0, [.. golden.Trials.Select((trial, number) => trial.AsTrial(number))]));

        Assert.Equal(golden.Finished, split.Finished);
        Assert.Equal(golden.Below, split.Below.Select(trial => trial.Number));
        Assert.Equal(golden.Above, split.Above.Select(trial => trial.Number));
        Assert.Equal(golden.Weights is null, split.BelowWeights is null);
        Assert.All(golden.Weights ?? [], (weight, i) => Assert.Equal(weight, split.BelowWeights![i], 1e-9));
    }

    public static TheoryData<int> Histories() => [.. Enumerable.Range(0, SuggestionGolden.Read.Count)];

    [Theory]
    [MemberData(nameof(Histories))]
    public void Suggestions_after_a_history_are_spread_as_those_of_Optuna(int index)
    {
        const int Draws = 4000;

        // Kolmogorov and Smirnov: by chance such samples (4000 of ours, 1000 of Optuna's) differ more once in a thousand times.
        const double Farthest = 0.069;

        var golden = SuggestionGolden.Read[index];
        var study = golden.Study(seed: 0);
        var sampler = Sampler(golden.Multivariate);
        var suggested = Enumerable.Range(0, Draws).Select(seed => sampler.Suggest(study with { Seed = seed }, 1000)).ToList();

        Assert.All(golden.Space.Keys, (name, p) =>
        {
            var values = suggested.Select(at => golden.Kept(name, at[name])).ToList();
            Assert.All(golden.Suggested[p].At, (limit, i) => Assert.Equal(
                golden.Suggested[p].Share[i], values.Count(value => value <= limit + 1e-9) / (double)Draws, Farthest));
        });
    }

    [Fact]
    public void Equal_views_and_numbers_give_equal_suggestions() => Prop.ForAll<long, byte, bool>((seed, number, isJoint) =>
    {
        var study = Searched(Conditional, seed % 50, 30);
        var one = Sampler(isJoint).Suggest(study, number);
        return one.SequenceEqual(Sampler(isJoint).Suggest(study with { Trials = [.. study.Trials] }, number))
            && !one.SequenceEqual(Sampler(isJoint).Suggest(study, number + 1));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_suggestion_is_in_the_space() => Prop.ForAll<int, bool, SamplerKind>((seed, isJoint, kind) =>
    {
        var sampler = kind is SamplerKind.Grid ? Sampler(isJoint) : SearchStrategies.Sampler(new SamplerSpec(kind));
        return Conditional.Allows(sampler.Suggest(Searched(Conditional, seed, Math.Abs(seed % 40)), 40));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Until_enough_trials_have_ended_suggestions_are_random()
    {
        var study = Searched(Conditional, 1, 9);

        Assert.Equal(new RandomSampler().Suggest(study, 9), Sampler(false).Suggest(study, 9));

        var later = Searched(Conditional, 1, 10);
        Assert.NotEqual(new RandomSampler().Suggest(later, 10), Sampler(false).Suggest(later, 10));
    }

    [Fact]
    public void A_running_trial_is_not_suggested_again()
    {
        var space = new SearchSpace([new SearchParameter("x", new Distribution.Categorical(["a", "b"]))]);
        var ended = Enumerable.Range(0, 20).Select(number => new Trial(
            number, TrialState.Complete, Values("x", number % 2 is 0 ? "a" : "b"), [number % 2])).ToList();
        var running = Enumerable.Range(20, 200).Select(number => new Trial(number, TrialState.Running, Values("x", "a")));

        Assert.Equal("a", Sampler(false).Suggest(new StudyView(space, [false], 0, ended), 500)["x"]);
        Assert.Equal("b", Sampler(false).Suggest(new StudyView(space, [false], 0, [.. ended, .. running]), 500)["x"]);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_model_finds_more_than_chance(bool isJoint, bool isMaximized)
    {
        var space = new SearchSpace([.. Enumerable.Range(0, 4).Select(i => new SearchParameter($"x{i}", new Distribution.Float(-5, 5)))]);

        double Best(ISampler sampler, int seed)
        {
            var trials = new List<Trial>();
            for (var number = 0; number < 60; number++)
            {
                var values = sampler.Suggest(new StudyView(space, [isMaximized], seed, trials), number);
                var loss = values.Values.Sum(value => value.Number * value.Number);
                trials.Add(new Trial(number, TrialState.Complete, values, [isMaximized ? -loss : loss]));
            }

            return trials.Min(trial => Math.Abs(trial.Values![0]));
        }

        Assert.True(Enumerable.Range(0, 5).Average(seed => Best(Sampler(isJoint), seed))
            < 0.5 * Enumerable.Range(0, 5).Average(seed => Best(new RandomSampler(), seed)));
    }

    [Fact]
    public void A_failed_trial_teaches_nothing()
    {
        var study = Searched(Conditional, 3, 30);
        var failed = new Trial(30, TrialState.Failed, Values("rate", 0.5));

        Assert.Equal(Sampler(false).Suggest(study, 31), Sampler(false).Suggest(study with { Trials = [.. study.Trials, failed] }, 31));
    }

    private static ISampler Sampler(bool isJoint) => SearchStrategies.Sampler(new SamplerSpec(Multivariate: isJoint));

    private static Dictionary<string, HyperparameterValue> Values(string name, HyperparameterValue value) => new() { [name] = value };

    /// <summary>A study with random trials whose loss is the rate.</summary>
    private static StudyView Searched(SearchSpace space, long seed, int trials)
    {
        var empty = new StudyView(space, [false], seed, []);
        return empty with
        {
            Trials = [.. Enumerable.Range(0, trials).Select(number =>
            {
                var values = new RandomSampler().Suggest(empty, number);
                return new Trial(number, TrialState.Complete, values, [values["rate"].Number]);
            })],
        };
    }
}
