using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public class GatesTests
{
    /// <summary>Errors of 10 on every row.</summary>
    private static readonly GateEvidence Evidence = GateCase.Of([110, 190, 310], [100, 200, 300], classes: 0);

    [Theory]
    [InlineData(10, true)]
    [InlineData(10.5, false)]
    public void A_lower_bound_includes_itself(double least, bool passes) =>
        Assert.Equal(passes, GateCase.Decide(new GateSpec("mae", AtLeast: least), Evidence).Passed);

    [Theory]
    [InlineData(10, true)]
    [InlineData(9.9, false)]
    public void An_upper_bound_includes_itself(double most, bool passes) =>
        Assert.Equal(passes, GateCase.Decide(new GateSpec("rmse", AtMost: most), Evidence).Passed);

    [Fact]
    public void An_undefined_metric_passes_no_bound() => Assert.False(
        GateCase.Decide(new GateSpec("rocAuc", AtLeast: 0), GateCase.Of([0.1, 0.9], [1, 1])).Passed);

    [Fact]
    public void Every_gate_is_answered_even_after_one_has_failed()
    {
        var verdict = Gates.Decide([new GateSpec("rmse", AtMost: 5), new GateSpec("rmse", AtMost: 20)], Evidence, default);

        Assert.Equal([false, true], verdict.Findings.Select(finding => finding.Passed));
        Assert.Equal(("rmse at most 5", "it is 10"), (verdict.Findings[0].Gate, verdict.Findings[0].Detail));
        Assert.Equal((GateKind.Metric, 10, 5), (verdict.Findings[0].Kind, verdict.Findings[0].Value, verdict.Findings[0].Bound));
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(999, false)]
    public void A_model_may_be_as_large_as_its_budget(long most, bool passes)
    {
        var finding = GateCase.Only(new GateSpec(Kind: GateKind.Size, MaxBytes: most), Evidence);

        Assert.Equal((passes, 1_000, most), (finding.Passed, finding.Value, finding.Bound));
    }

    [Theory]
    [InlineData(1, 2.0, true)]
    [InlineData(1, 1.9, false)]
    [InlineData(16, 7.9, false)]
    public void The_99th_percentile_keeps_the_latency_budget_of_its_own_number_of_rows(int rows, double most, bool passes)
    {
        var evidence = Evidence with { Latencies = [new LatencyFigures(1, 200, 1, 2), new LatencyFigures(16, 200, 1, 8)] };

        Assert.Equal(passes, GateCase.Decide(new GateSpec(Kind: GateKind.Latency, P99Milliseconds: most, Rows: rows), evidence).Passed);
    }

    [Fact]
    public void Each_number_of_rows_is_measured_once() => Assert.Equal(
        [1, 8],
        new GateSpec[]
        {
            new(Kind: GateKind.Latency, P99Milliseconds: 1),
            new(Kind: GateKind.Latency, P99Milliseconds: 2, Rows: 8),
            new(Kind: GateKind.Latency, P99Milliseconds: 3, Rows: 1),
            new("rmse", AtMost: 1),
        }.LatencyRows());

    [Theory]
    [InlineData(SignatureAllowance.Compatible, false)]
    [InlineData(SignatureAllowance.Any, true)]
    public void A_breaking_signature_passes_only_where_any_is_allowed(SignatureAllowance allow, bool passes)
    {
        var other = Evidence.Signature with { Features = [new ColumnSchema("area", ColumnType.Category, Nullable: true)] };
        var evidence = Evidence with { Champion = new Champion(3, other, null) };

        var verdict = GateCase.Decide(new GateSpec(Kind: GateKind.Signature, Allow: allow), evidence);

        Assert.Equal(passes, verdict.Passed);
        Assert.Contains("feature 'area' is gone", Assert.Single(verdict.Findings).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_tells_how_the_signature_differs_though_no_gate_asks()
    {
        var other = Evidence.Signature with { Target = "x" };

        var verdict = Gates.Decide([], Evidence with { Champion = new Champion(3, other, null) }, default);

        Assert.True(verdict.Passed);
        Assert.Equal((3, true), (verdict.Replaces?.Version, verdict.Replaces?.Breaking));
    }

    [Fact]
    public void A_verdict_stays_small_whatever_categories_are_called()
    {
        var values = Enumerable.Range(0, 2_000).Select(row => $"{row % 20}{new string('x', 5_000)}").ToArray();
        var heldOut = new DataFrame([GateCase.Strings(new string('c', 500), values)]);
        var evidence = GateCase.Of(
            [.. Enumerable.Range(0, 2_000).Select(row => row % 7 / 7.0)],
            [.. Enumerable.Range(0, 2_000).Select(row => (double)(row % 2))],
            heldOut: heldOut);
        var gate = new GateSpec("recall", AtLeast: 0.5, AtMost: 0.6, Kind: GateKind.Slice, Columns: [new string('c', 500)]);

        var verdict = Gates.Decide([.. Enumerable.Repeat(gate, 20)], evidence, default);

        Assert.Equal(40, verdict.Findings.Count);
        Assert.InRange(Storage.Documents.Write(verdict).Length, 1, 128 * 1024);
    }
}
