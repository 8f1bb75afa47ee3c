namespace Mlops.Training;

public class GatesTests
{
    private static readonly Dictionary<string, double> Candidate = new() { ["rocAuc"] = 0.9, ["rmse"] = 10 };

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.91, false)]
    public void A_lower_bound_includes_itself(double least, bool passes) =>
        Assert.Equal(passes, Gates.Decide([new GateSpec("rocAuc", AtLeast: least)], Candidate, null).Passed);

    [Theory]
    [InlineData(10, true)]
    [InlineData(9.9, false)]
    public void An_upper_bound_includes_itself(double most, bool passes) =>
        Assert.Equal(passes, Gates.Decide([new GateSpec("rmse", AtMost: most)], Candidate, null).Passed);

    [Theory]
    [InlineData("rocAuc", 0.92, 0.01, false)]
    [InlineData("rocAuc", 0.92, 0.03, true)]
    [InlineData("rocAuc", 0.85, 0.0, true)]
    [InlineData("rmse", 9.0, 0.5, false)]
    [InlineData("rmse", 9.0, 1.0, true)]
    [InlineData("rmse", 11.0, 0.0, true)]
    public void A_champion_may_be_missed_by_the_margin_in_the_metrics_own_direction(string metric, double champion, double margin, bool passes)
    {
        var gates = new[] { new GateSpec(metric, ChampionMargin: margin) };

        Assert.Equal(passes, Gates.Decide(gates, Candidate, new Champion(3, new Dictionary<string, double> { [metric] = champion })).Passed);
    }

    [Fact]
    public void Without_a_champion_there_is_nothing_to_be_worse_than() =>
        Assert.True(Gates.Decide([new GateSpec("rocAuc", ChampionMargin: 0)], Candidate, null).Passed);

    [Fact]
    public void A_champion_that_cannot_score_these_rows_stops_the_candidate() =>
        Assert.False(Gates.Decide([new GateSpec("rocAuc", ChampionMargin: 0)], Candidate, new Champion(3, new Dictionary<string, double>())).Passed);

    [Fact]
    public void An_undefined_metric_passes_no_bound() =>
        Assert.False(Gates.Decide([new GateSpec("f1", AtLeast: 0)], Candidate, null).Passed);

    [Fact]
    public void Every_gate_is_answered_even_after_one_has_failed()
    {
        var verdict = Gates.Decide([new GateSpec("rocAuc", AtLeast: 0.95), new GateSpec("rmse", AtMost: 20)], Candidate, null);

        Assert.Equal([false, true], verdict.Findings.Select(finding => finding.Passed));
        Assert.Equal(("rocAuc at least 0.95", "it is 0.9"), (verdict.Findings[0].Gate, verdict.Findings[0].Detail));
    }
}
