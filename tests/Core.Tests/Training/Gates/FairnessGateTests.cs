using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public class FairnessGateTests
{
    private static readonly GateGoldens.FairnessCase Golden = GateGoldens.Read.Fairness;

    private static readonly GateEvidence Evidence = GateCase.Of(
        Golden.Score, Golden.Target, heldOut: new DataFrame([GateCase.Strings("group", Golden.Group)]));

    [Fact]
    public void Differences_and_ratios_are_those_of_the_definitions()
    {
        var parity = GateCase.Decide(Gate(FairnessMeasure.DemographicParity), Evidence).Findings;
        var odds = GateCase.Decide(Gate(FairnessMeasure.EqualizedOdds), Evidence).Findings;

        Assert.Equal((Golden.ParityDifference, Golden.ParityRatio), (parity[0].Value!.Value, parity[1].Value!.Value));
        Assert.Equal(Golden.OddsDifference, odds[0].Value!.Value, 1e-12);
        Assert.Equal(Golden.OddsRatio, odds[1].Value!.Value, 1e-12);
        Assert.All(parity.Concat(odds), finding => Assert.InRange(finding.Value!.Value, finding.Interval!.Low, finding.Interval.High));
    }

    [Fact]
    public void Both_ends_of_the_scale_of_every_group_are_told_with_intervals()
    {
        var finding = GateCase.Decide(Gate(FairnessMeasure.EqualizedOdds), Evidence).Findings[0];

        Assert.Equal(6, finding.Groups!.Count);
        Assert.Equal(finding.Groups, finding.Groups.OrderBy(group => group.Value));
        Assert.All(finding.Groups, group => Assert.InRange(group.Value!.Value, group.Interval!.Low, group.Interval.High));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(0.95, false)]
    public void With_a_confidence_the_worse_end_of_the_interval_decides(double? confidence, bool passes)
    {
        // A little above what was measured: the estimate keeps it, its uncertainty does not.
        var gate = new GateSpec(
            Kind: GateKind.Fairness,
            Column: "group",
            Measure: FairnessMeasure.DemographicParity,
            MaxDifference: Golden.ParityDifference + 0.01,
            MinRatio: Golden.ParityRatio - 0.01,
            Confidence: confidence);

        Assert.All(GateCase.Decide(gate, Evidence).Findings, finding => Assert.Equal(passes, finding.Passed));
    }

    [Fact]
    public void A_group_that_is_too_small_is_named_and_not_judged()
    {
        var smallest = Golden.Group.CountBy(name => name).MinBy(pair => pair.Value);

        var finding = GateCase.Decide(Gate(FairnessMeasure.DemographicParity) with { MinRows = smallest.Value + 1 }, Evidence).Findings[0];

        Assert.Equal(2, finding.Groups!.Count);
        Assert.EndsWith($"(under {smallest.Value + 1} rows): group = {smallest.Key}", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_group_cannot_be_compared_and_does_not_pass()
    {
        var verdict = GateCase.Decide(Gate(FairnessMeasure.DemographicParity) with { MinRows = 1_000 }, Evidence);

        Assert.All(verdict.Findings, finding => Assert.StartsWith("fewer than two groups", finding.Detail, StringComparison.Ordinal));
        Assert.False(verdict.Passed);
    }

    [Fact]
    public void Groups_of_which_nobody_is_predicted_positive_are_treated_alike()
    {
        var evidence = Evidence with { Predictions = [.. Golden.Score.SelectMany(_ => new[] { 1.0, 0.0 })] };

        var findings = GateCase.Decide(Gate(FairnessMeasure.DemographicParity), evidence).Findings;

        Assert.Equal((0, 1), (findings[0].Value, findings[1].Value));
    }

    [Fact]
    public void Whom_the_models_threshold_selects_is_what_counts()
    {
        var evidence = Evidence with { Signature = Evidence.Signature with { DecisionThreshold = 0 } };

        Assert.All(GateCase.Decide(Gate(FairnessMeasure.DemographicParity), evidence).Findings[0].Groups!, group => Assert.Equal(1, group.Value));
    }

    private static GateSpec Gate(FairnessMeasure measure) => new(
        Kind: GateKind.Fairness, Column: "group", Measure: measure, MaxDifference: 0.1, MinRatio: 0.8, MinRows: 20);
}
