using System.Text;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

public class CheckGatesTests
{
    private static readonly TrainingSpec Spec = new(
        "churn",
        "customers",
        "left",
        new LearnerSpec("logistic-regression"),
        Features: ["age", "income"],
        PositiveClass: "yes");

    [Fact]
    public async Task A_gate_of_every_kind_is_answered_on_the_exported_model_and_the_verdict_stays_with_the_version()
    {
        await using var pipeline = await WithCustomersAsync();
        await pipeline.TrainAsync(pipeline.Request(Spec));
        var spec = Spec with
        {
            Gates =
            [
                new GateSpec("accuracy", AtLeast: 0.6, ChampionMargin: 0.1, Confidence: 0.9),
                new GateSpec("accuracy", AtLeast: 0.5, Kind: GateKind.Slice, Columns: ["sex", "age"], MinRows: 10),
                new GateSpec(Kind: GateKind.Fairness, Column: "sex", Measure: FairnessMeasure.DemographicParity, MaxDifference: 1, MinRows: 10),
                // The clock of these tests stands still, so that every prediction takes no time.
                new GateSpec(Kind: GateKind.Latency, P99Milliseconds: 0.001),
                new GateSpec(Kind: GateKind.Size, MaxBytes: 1_000_000),
                new GateSpec(Kind: GateKind.Signature),
            ],
        };

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(spec));

        Assert.Equal(("promoted", 2), (result.Outcome, result.Version));
        var version = await pipeline.Get<ModelStore>().FindVersionAsync(TenantId.Default, ModelName.Parse("churn"), 2, default);
        var verdict = version!.Verdict!;
        Assert.Equal(
            [GateKind.Metric, GateKind.Metric, GateKind.Slice, GateKind.Fairness, GateKind.Latency, GateKind.Size, GateKind.Signature],
            verdict.Findings.Select(finding => finding.Kind!.Value));
        Assert.Equal(new GateInterval(0, 0, 0.9), verdict.Findings[1].Interval);
        Assert.Equal(version.Size, verdict.Findings[5].Value);
        Assert.Equal((1, false), (verdict.Replaces!.Version, verdict.Replaces.Breaking));
    }

    [Fact]
    public async Task A_candidate_that_breaks_callers_stays_in_the_registry_with_the_reasons()
    {
        await using var pipeline = await WithCustomersAsync();
        await pipeline.TrainAsync(pipeline.Request(Spec));
        var narrower = Spec with { Features = ["age"], Gates = [new GateSpec(Kind: GateKind.Signature)] };

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(narrower));

        Assert.Equal("registered", result.Outcome);
        Assert.Contains("feature 'income' is gone", Assert.Single(result.Verdict!.Findings).Detail, StringComparison.Ordinal);
        var version = await pipeline.Get<ModelStore>().FindVersionAsync(TenantId.Default, ModelName.Parse("churn"), 2, default);
        Assert.False(version!.Verdict!.Passed);
    }

    [Fact]
    public async Task A_gate_on_a_column_that_is_not_there_is_refused_before_training()
    {
        await using var pipeline = await WithCustomersAsync();
        var spec = Spec with
        {
            Gates = [new GateSpec(Kind: GateKind.Fairness, Column: "region", Measure: FairnessMeasure.EqualizedOdds, MinRatio: 0.8)],
        };

        var (result, context) = await pipeline.TrainAsync(pipeline.Request(spec));

        Assert.Equal("gates[0].column: the data set has no column 'region'", result.Reason);
        Assert.DoesNotContain("TrainLearner", context.Calls.Select(call => call.Activity));
    }

    /// <summary>200 customers whose sex is no feature.</summary>
    private static async Task<PipelineOnDisk> WithCustomersAsync()
    {
        var random = new DeterministicRandom(1);
        var csv = new StringBuilder("age,income,sex,left\n");
        for (var i = 0; i < 200; i++)
        {
            var age = 18 + random.NextInt(60);
            var sex = random.NextInt(2) is 0 ? "f" : "m";
            csv.Append(FormattableString.Invariant($"{age},{random.NextInt(9_000)},{sex},{(age + random.NextInt(30) > 60 ? "yes" : "no")}\n"));
        }

        var pipeline = new PipelineOnDisk();
        await pipeline.UploadAsync("customers", new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString())));
        return pipeline;
    }
}
