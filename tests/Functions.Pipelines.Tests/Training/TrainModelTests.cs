using System.Text.Json;
using Microsoft.DurableTask;
using Mlops.Pipelines.Studies;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

public class TrainModelTests
{
    private static readonly TrainingRequest Request =
        new("default", "1f", "ada", new TrainingSpec("churn", "customers", "left", new LearnerSpec("gradient-boosting")));

    [Theory]
    [InlineData(true, "promoted")]
    [InlineData(false, "registered")]
    public async Task Only_a_version_that_passes_its_gates_gets_the_alias(bool passes, string outcome)
    {
        var context = Orchestration().On<Candidate>(nameof(CheckGates), _ => new GateVerdict(passes, []));

        var result = await TrainModel.RunAsync(context, Request);

        Assert.Equal((outcome, 3), (result.Outcome, result.Version));
        Assert.Equal(passes, context.Calls.Any(call => call.Activity == nameof(SetAlias)));
    }

    [Fact]
    public async Task A_refusal_ends_the_run_with_the_reason_and_is_no_failure()
    {
        var context = Orchestration().On<OnData>(
            nameof(ValidateData), _ => throw new TrainingRefusedException("target: there is no column 'left'"));

        var result = await TrainModel.RunAsync(context, Request);

        Assert.Equal(("refused", "target: there is no column 'left'"), (result.Outcome, result.Reason));
        Assert.Equal(
            [nameof(StartRun), nameof(ResolveData), nameof(ValidateData), nameof(FailRun)],
            context.Calls.Select(call => call.Activity));
        Assert.Equal("failed", StatusOf(context).State);
    }

    [Fact]
    public async Task A_failure_is_written_on_the_run_and_stays_a_failure()
    {
        var context = Orchestration().On<OnData>(nameof(EvaluateModel), _ => throw new IOException("disk"));

        await Assert.ThrowsAsync<TaskFailedException>(() => TrainModel.RunAsync(context, Request));

        Assert.Equal(nameof(FailRun), context.Calls[^1].Activity);
    }

    [Fact]
    public async Task The_status_has_every_step_with_its_times_and_the_run()
    {
        var context = Orchestration();

        await TrainModel.RunAsync(context, Request);

        var status = StatusOf(context);
        Assert.Equal(Enum.GetValues<TrainingStep>().Except([TrainingStep.Search]), status.Steps.Select(step => step.Step));
        Assert.All(status.Steps, step => Assert.NotNull(step.EndedAt));
        Assert.Equal(("completed", "run"), (status.State, status.RunId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_spec_that_searches_or_names_no_learner_is_studied_before_it_is_trained(bool hasLearner)
    {
        var spec = hasLearner ? Request.Spec with { Search = new SearchSpec() } : Request.Spec with { Learner = null };
        var found = new StudyResult(3, 3, 0, 0, 1, new Dictionary<string, double> { ["rocAuc"] = 0.9 }, "ridge", null, ["so"]);
        var context = Orchestration().On<StudyRequest>(nameof(RunStudy), _ => new EndedStudy(found));

        var result = await TrainModel.RunAsync(context, Request with { Spec = spec });

        Assert.Equal(("promoted", 1), (result.Outcome, result.Study!.BestTrial));
        Assert.Equal(Enum.GetValues<TrainingStep>(), StatusOf(context).Steps.Select(step => step.Step));
        Assert.Equal(
            [nameof(SplitData), nameof(RunStudy), nameof(TrainLearner)], context.Calls.Select(call => call.Activity).Skip(3).Take(3));
    }

    [Fact]
    public async Task A_study_that_is_refused_refuses_the_training()
    {
        var context = Orchestration().On<StudyRequest>(nameof(RunStudy), _ => new EndedStudy(Result: null, "nothing worked"));

        var result = await TrainModel.RunAsync(context, Request with { Spec = Request.Spec with { Learner = null } });

        Assert.Equal(("refused", "nothing worked"), (result.Outcome, result.Reason));
        Assert.Equal(nameof(FailRun), context.Calls[^1].Activity);
    }

    private static TrainingStatus StatusOf(FakeOrchestration context) => JsonSerializer.Deserialize<TrainingStatus>(context.Statuses[^1]!)!;

    private static FakeOrchestration Orchestration()
    {
        var report = new EvaluationSummary(10, new Dictionary<string, double> { ["rocAuc"] = 0.9 }, new Dictionary<string, double>());
        return new FakeOrchestration()
            .On<StartedTraining>(nameof(StartRun), _ => new StartedRun("0", "run"))
            .On<StartedTraining>(nameof(ResolveData), _ => new ResolvedData("customers", 1, "ab", 100))
            .On<OnData>(nameof(ValidateData), _ => new ValidatedData(100, []))
            .On<OnData>(nameof(SplitData), _ => new SplitRows(75, 25))
            .On<OnData>(
                nameof(TrainLearner),
                _ => new ExportedModel("cd", 10, "gradient-boosting", new Dictionary<string, double>()))
            .On<OnData>(nameof(EvaluateModel), _ => report)
            .On<OnData>(nameof(ProfileData), _ => true)
            .On<TrainedModel>(nameof(LogRun), _ => true)
            .On<TrainedModel>(nameof(RegisterVersion), _ => new RegisteredVersion("churn", 3))
            .On<Candidate>(nameof(CheckGates), _ => new GateVerdict(true, []))
            .On<Candidate>(nameof(SetAlias), _ => true)
            .On<EndedTraining>(nameof(FailRun), _ => true);
    }
}
