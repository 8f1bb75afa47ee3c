using Mlops.Registry;
using Mlops.Storage;
using Mlops.Tracking;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

public class TrainingPipelineTests
{
    private static readonly TrainingSpec Spec = new(
        "churn", "customers", "left", new LearnerSpec("gradient-boosting", new Dictionary<string, HyperparameterValue> { ["rounds"] = 10 }));

    [Fact]
    public async Task Data_becomes_a_registered_version_with_its_whole_folder_and_a_finished_run()
    {
        await using var pipeline = await Customers.PipelineAsync();

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(Spec));

        var version = await ChampionAsync(pipeline);
        Assert.Equal(("promoted", 1), (result.Outcome, version?.Number));
        var files = await pipeline.Get<ModelFiles>().ListAsync(TenantId.Default, version!, default);
        Assert.Equal(
            [
                "MLmodel",
                "background.json",
                "evaluation.json",
                "input_example.json",
                "model.onnx",
                "model_card.md",
                "reference_profile.json",
                "report.html",
                "signature.json",
                "split.json",
                "training_record.json",
            ],
            files.Select(file => file.Path).Order(StringComparer.Ordinal));
        var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, result.RunId!, default);
        Assert.Equal(RunStatus.Finished, run?.Status);
        Assert.Equal(result.Metrics!["rocAuc"], run!.Metrics["rocAuc"].Value);
    }

    [Fact]
    public async Task Doing_every_activity_three_times_leaves_one_run_and_one_version()
    {
        await using var pipeline = await Customers.PipelineAsync();

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(Spec), times: 3);

        var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, result.RunId!, default);
        var runs = await pipeline.Get<RunStore>().ListAsync(TenantId.Default, run!.ExperimentId, 10, null, default);
        var versions = await pipeline.Get<ModelStore>().ListVersionsAsync(TenantId.Default, ModelName.Parse("churn"), 10, null, default);
        var points = await pipeline.Get<RunStore>().MetricHistoryAsync(TenantId.Default, run.Id, "rocAuc", 10, null, default);
        Assert.Equal((1, 1, 1), (runs!.Runs.Count, versions.Versions.Count, points!.Metrics.Count));
    }

    [Theory]
    [InlineData("gradient-boosting")]
    [InlineData("logistic-regression")]
    public async Task The_same_request_on_the_same_data_gives_the_same_bytes(string learner)
    {
        await using var pipeline = await Customers.PipelineAsync();
        var spec = Spec with { Learner = new LearnerSpec(learner), Seed = 5 };

        await pipeline.TrainAsync(pipeline.Request(spec));
        await pipeline.TrainAsync(pipeline.Request(spec));

        var listed = await pipeline.Get<ModelStore>().ListVersionsAsync(TenantId.Default, ModelName.Parse("churn"), 10, null, default);
        var versions = listed.Versions;
        Assert.Equal(2, versions.Count);
        Assert.Equal(versions[0].Sha256, versions[1].Sha256);
    }

    [Fact]
    public async Task A_worse_candidate_stays_in_the_registry_with_the_reasons_and_the_champion_stays_champion()
    {
        await using var pipeline = await Customers.PipelineAsync();
        await pipeline.TrainAsync(pipeline.Request(Spec));
        var worse = Spec with
        {
            Features = ["noise"],
            Gates = [new GateSpec("rocAuc", ChampionMargin: 0.01)],
        };

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(worse));

        Assert.Equal(("registered", 2), (result.Outcome, result.Version));
        Assert.Equal(1, (await ChampionAsync(pipeline))?.Number);
        var refused = await pipeline.Get<ModelStore>().FindVersionAsync(TenantId.Default, ModelName.Parse("churn"), 2, default);
        Assert.Contains("that of version 1 on the same rows", Assert.Single(refused!.Verdict!.Findings).Detail);
    }

    [Fact]
    public async Task The_report_has_all_that_the_spec_asks_for_and_what_the_learner_said()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var spec = Spec with
        {
            Split = new SplitSpec(Kind: FoldKind.Grouped, Column: "age"),
            Evaluation = new EvaluationSpec(["plan"], 100, 0.9, new CrossValidationSpec(3, 2, FoldKind.Grouped, "age")),
        };

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(spec));

        var champion = await ChampionAsync(pipeline);
        var files = pipeline.Get<ModelFiles>();
        await using var stream = await files.OpenReadAsync(TenantId.Default, champion!, ModelFiles.Evaluation, default);
        using var content = new MemoryStream();
        await stream!.CopyToAsync(content);
        var report = Documents.Read<EvaluationReport>(content.ToArray());
        Assert.Equal(result.Metrics, report.Metrics);
        Assert.Equal(["plan is basic", "plan is full"], report.Slices.Select(slice => slice.Conditions.Single().ToString()).Order());
        Assert.Equal(6, report.CrossValidation!.Metrics["rocAuc"].Count);
        Assert.True(report.CrossValidation.Metrics["rocAuc"].Min() > 0.8);
        Assert.NotEmpty(report.Intervals);
        Assert.NotEmpty(report.LearningCurve);
    }

    [Fact]
    public async Task A_column_to_split_by_that_is_not_there_is_told_before_anything_is_trained()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var split = new SplitSpec(Kind: FoldKind.TimeOrdered, Column: "plan");
        var spec = Spec with { Split = split, Evaluation = new EvaluationSpec(["gone"]) };

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(spec));

        Assert.Equal(
            "split.column: 'plan' is a category; expected a column of timestamps or numbers; "
                + "evaluation.slices[0]: the data set has no column 'gone'",
            result.Reason);
    }

    [Theory]
    [InlineData("nobody", "left", "dataset: there is no data set 'nobody'")]
    [InlineData("customers", "gone", "target: the data set has no column 'gone'; it has age, plan, noise, left, same")]
    [InlineData("customers", "same", "target: 'same' has 1 different values; classification needs at least 2")]
    public async Task What_cannot_be_trained_fails_its_run_with_the_reason(string dataset, string target, string reason)
    {
        await using var pipeline = await Customers.PipelineAsync();

        var (result, _) = await pipeline.TrainAsync(pipeline.Request(Spec with { Dataset = dataset, Target = target }));

        Assert.Equal(("refused", reason), (result.Outcome, result.Reason));
        var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, result.RunId!, default);
        Assert.Equal((RunStatus.Failed, reason), (run!.Status, run.Tags["mlops.failure"]));
    }

    [Fact]
    public async Task A_training_that_was_told_to_stop_is_refused()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var settings = new Dictionary<string, HyperparameterValue> { ["rounds"] = 5_000, ["learningRate"] = 0.001 };
        var slow = Spec with { Learner = new LearnerSpec("gradient-boosting", settings) };
        var request = pipeline.Request(slow);
        await pipeline.Get<TrainingProgressBoard>().RequestCancelAsync(TenantId.Default, request.Id, default);

        var (result, _) = await pipeline.TrainAsync(request);

        Assert.Equal("The training was cancelled.", result.Reason);
    }

    private static Task<ModelVersion?> ChampionAsync(PipelineOnDisk pipeline) =>
        pipeline.Get<ModelStore>().FindByAliasAsync(TenantId.Default, ModelName.Parse("churn"), AliasName.Champion, default);
}
