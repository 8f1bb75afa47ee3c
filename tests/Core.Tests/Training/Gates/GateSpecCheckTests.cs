using System.Text;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Training;

public class GateSpecCheckTests
{
    private static readonly TrainingSpec Spec = new("churn", "customers", "left");

    [Theory]
    [InlineData("""{"metric": "rocAuc", "atLeast": 0.8}""")]
    [InlineData("""{"metric": "rocAuc", "championMargin": 0.01}""")]
    [InlineData("""{"metric": "rocAuc", "championMargin": 0.01, "minGain": 0, "confidence": 0.95, "resamples": 2000}""")]
    [InlineData("""{"kind": "metric", "metric": "logLoss", "atMost": 0.4}""")]
    [InlineData("""{"kind": "slice", "metric": "recall", "atLeast": 0.7, "columns": ["region"], "minRows": 50}""")]
    [InlineData("""{"kind": "fairness", "column": "sex", "measure": "equalizedOdds", "maxDifference": 0.1, "minRatio": 0.8, "bins": [18, 65]}""")]
    [InlineData("""{"kind": "latency", "p99Milliseconds": 5, "rows": 1}""")]
    [InlineData("""{"kind": "size", "maxBytes": 10000000}""")]
    [InlineData("""{"kind": "signature", "allow": "any"}""")]
    [InlineData("""{"kind": "signature"}""")]
    public void A_gate_of_each_kind_is_taken(string gate) => Assert.Empty(Check(gate));

    [Theory]
    [InlineData("""{"metric": "rocAuc"}""", "gates[0]")]
    [InlineData("""{"metric": "rocAuc", "atLeast": 0.5, "confidence": 0.9}""", "gates[0].confidence")]
    [InlineData("""{"metric": "rocAuc", "minGain": -1, "confidence": 1, "resamples": 99}""",
        "gates[0].minGain", "gates[0].confidence", "gates[0].resamples")]
    [InlineData("""{"metric": "rocAuc", "atLeast": 0.5, "maxBytes": 3, "allow": "any"}""", "gates[0].maxBytes", "gates[0].allow")]
    [InlineData("""{"kind": "slice"}""", "gates[0].metric", "gates[0]")]
    [InlineData("""{"kind": "slice", "metric": "f1", "atMost": 1, "columns": ["", null], "minRows": 0, "championMargin": 0}""",
        "gates[0].columns[0]", "gates[0].columns[1]", "gates[0].minRows", "gates[0].championMargin")]
    [InlineData("""{"kind": "fairness"}""", "gates[0].column", "gates[0].measure", "gates[0]")]
    [InlineData("""{"kind": "fairness", "column": "sex", "measure": "demographicParity", "maxDifference": 1.1, "minRatio": -1, "bins": [2, 1]}""",
        "gates[0].maxDifference", "gates[0].minRatio", "gates[0].bins")]
    [InlineData("""{"kind": "latency", "p99Milliseconds": 0, "rows": 10001}""", "gates[0].p99Milliseconds", "gates[0].rows")]
    [InlineData("""{"kind": "size", "metric": "f1"}""", "gates[0].maxBytes", "gates[0].metric")]
    public void Everything_that_is_wrong_with_a_gate_is_said_at_once(string gate, params string[] paths) =>
        Assert.Equal(paths, Check(gate).Select(error => error.Path));

    [Fact]
    public void Fairness_is_for_two_classes() => Assert.Equal(
        ["gates[0].kind"],
        Check("""{"kind": "fairness", "column": "sex", "measure": "demographicParity", "minRatio": 0.8}""", TaskType.Multiclass)
            .Select(error => error.Path));

    [Fact]
    public void There_are_at_most_twenty_gates() => Assert.Equal(
        "gates",
        Assert.Single(Check(string.Join(", ", Enumerable.Repeat("""{"kind": "signature"}""", 21)))).Path);

    [Fact]
    public void What_a_gate_asks_of_columns_the_data_has_not_is_refused_before_training()
    {
        var frame = new DataFrame(
        [
            GateCase.Strings("left", ["a", "b", "c"]), GateCase.Strings("plan", ["x", "y", "x"]), GateCase.Numbers("age", 1, 2, 3),
        ]);
        var spec = Spec with
        {
            Gates =
            [
                new GateSpec("f1", AtLeast: 1),
                new GateSpec("accuracy", AtLeast: 1, Kind: GateKind.Slice, Columns: ["age", "city"]),
                new GateSpec(Kind: GateKind.Fairness, Column: "sex", Measure: FairnessMeasure.DemographicParity, MinRatio: 1),
                new GateSpec(Kind: GateKind.Fairness, Column: "plan", Measure: FairnessMeasure.DemographicParity, MinRatio: 1, Bins: [1]),
            ],
        };

        var errors = Assert.IsType<PlanOutcome.Refused>(TrainingPlan.Make(spec, frame)).Errors;

        Assert.Equal(
            ["gates[0].metric", "gates[1].columns[1]", "gates[2].kind", "gates[2].column", "gates[3].kind", "gates[3].bins"],
            errors.Select(error => error.Path));
    }

    private static IReadOnlyList<SpecError> Check(string gates, TaskType? task = null) => TrainingSpecCheck.Check(
        Spec with { Gates = Documents.Read<IReadOnlyList<GateSpec>>(Encoding.UTF8.GetBytes($"[{gates}]")), Task = task }, []);
}
