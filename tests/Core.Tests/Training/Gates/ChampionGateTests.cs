using Mlops.Registry;

namespace Mlops.Training;

public class ChampionGateTests
{
    private static readonly double[] Truth = [.. Enumerable.Range(0, 200).Select(row => 100.0 + row)];

    [Theory]
    [InlineData(9.0, 0.5, false)]
    [InlineData(9.0, 1.0, true)]
    [InlineData(11.0, 0.0, true)]
    public void An_error_may_exceed_the_champions_by_the_margin(double championsError, double margin, bool passes) =>
        Assert.Equal(passes, GateCase.Decide(new GateSpec("mae", ChampionMargin: margin), Errors(10, championsError)).Passed);

    [Theory]
    [InlineData(0.8, 0.01, false)]
    [InlineData(0.8, 0.21, true)]
    [InlineData(0.5, 0.0, true)]
    public void A_share_may_fall_short_of_the_champions_by_the_margin(double championsAccuracy, double margin, bool passes) =>
        Assert.Equal(
            passes,
            GateCase.Decide(new GateSpec("accuracy", ChampionMargin: margin), Right(0.6, championsAccuracy)).Passed);

    [Theory]
    [InlineData(11.0, 1.0, false)]
    [InlineData(11.0, 0.9, true)]
    public void A_gain_must_be_more_than_the_least(double championsError, double least, bool passes) =>
        Assert.Equal(passes, GateCase.Decide(new GateSpec("mae", MinGain: least), Errors(10, championsError)).Passed);

    [Fact]
    public void An_equal_model_is_no_worse_and_not_better()
    {
        var verdict = GateCase.Decide(new GateSpec("mae", ChampionMargin: 0, MinGain: 0, Confidence: 0.95), Errors(10, 10));

        Assert.Equal([true, false], verdict.Findings.Select(finding => finding.Passed));
        Assert.All(verdict.Findings, finding => Assert.Equal(new GateInterval(0, 0, 0.95), finding.Interval));
    }

    [Fact]
    public void With_a_confidence_the_interval_decides_and_not_the_estimate()
    {
        var golden = GateGoldens.Read.Paired;
        var evidence = GateCase.Of(golden.Candidate, golden.Target, classes: 0, champion: golden.Champion);

        var estimate = GateCase.Only(new GateSpec("mae", MinGain: 0), evidence);
        var confident = GateCase.Only(new GateSpec("mae", MinGain: 0, Confidence: 0.9), evidence);

        Assert.True(golden is { Gain: > 0, Low: < 0 });
        Assert.Equal((true, false), (estimate.Passed, confident.Passed));
        Assert.NotNull(estimate.Interval);
    }

    [Fact]
    public void The_interval_of_the_gain_is_that_of_scipy()
    {
        var golden = GateGoldens.Read.Paired;
        var evidence = GateCase.Of(golden.Candidate, golden.Target, classes: 0, champion: golden.Champion);

        var finding = GateCase.Only(new GateSpec("mae", ChampionMargin: 1, Confidence: 0.9, Resamples: 10_000), evidence);

        Assert.Equal(golden.Gain, finding.Value!.Value, 1e-12);
        // The standard error of a 5 % quantile of 10,000 normal draws is 0.021 of their deviation, here 0.0007; four of them.
        Assert.Equal(golden.Low, finding.Interval!.Low, 0.003);
        Assert.Equal(golden.High, finding.Interval!.High, 0.003);
    }

    [Fact]
    public void Accuracy_is_told_with_McNemars_test()
    {
        var finding = GateCase.Only(new GateSpec("accuracy", ChampionMargin: 1), Right(0.6, 0.8));

        // The candidate is right on the first 120 of 200 rows, the champion on the first 160.
        Assert.Contains("right alone on 0 rows, the champion on 40, McNemar p 0", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_champion_there_is_nothing_to_be_worse_than() => Assert.True(
        GateCase.Decide(new GateSpec("mae", ChampionMargin: 0, MinGain: 5), Errors(10, 9) with { Champion = null }).Passed);

    [Fact]
    public void A_champion_that_cannot_score_these_rows_stops_the_candidate()
    {
        var evidence = Errors(10, 9);

        var finding = GateCase.Only(
            new GateSpec("mae", ChampionMargin: 5), evidence with { Champion = evidence.Champion! with { Predictions = null } });

        Assert.False(finding.Passed);
        Assert.Contains("version 3 cannot score the held-out rows", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_evidence_gives_equal_verdicts_and_another_seed_another_interval()
    {
        var golden = GateGoldens.Read.Paired;
        var evidence = GateCase.Of(golden.Candidate, golden.Target, classes: 0, champion: golden.Champion);
        var gate = new GateSpec("mae", ChampionMargin: 1);

        Assert.Equal(GateCase.Only(gate, evidence), GateCase.Only(gate, evidence));
        Assert.NotEqual(GateCase.Only(gate, evidence).Interval, GateCase.Only(gate, evidence with { Seed = 2 }).Interval);
    }

    private static GateEvidence Errors(double candidate, double champion) => GateCase.Of(
        [.. Truth.Select(value => value + candidate)], Truth, classes: 0, champion: [.. Truth.Select(value => value + champion)]);

    private static GateEvidence Right(double candidate, double champion)
    {
        double[] Scores(double share) => [.. Enumerable.Range(0, 200).Select(row => row < 200 * share ? 0.9 : 0.1)];
        return GateCase.Of(Scores(candidate), [.. Truth.Select(_ => 1.0)], champion: Scores(champion));
    }
}
