using Mlops.Pipelines.Training;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

public class RunStudyTests
{
    private static readonly OnData Step = new(
        new StartedTraining(
            new TrainingRequest("default", "1f", "ada", new TrainingSpec("churn", "customers", "left")), new StartedRun("0", "run"), default),
        new ResolvedData("customers", 1, "ab", 100));

    private static readonly StudyResult Result = new(1, 1, 0, 0, 0, new Dictionary<string, double>(), "learner", null, []);

    [Fact]
    public async Task A_trial_is_suggested_when_those_a_window_behind_have_ended_and_not_before()
    {
        var running = Enumerable.Range(0, 5).Select(_ => new TaskCompletionSource<object?>()).ToArray();
        var suggested = new List<int>();
        var context = Orchestration(trials: 5, parallel: 2)
            .On<TrialRequest>(nameof(SuggestTrial), trial =>
            {
                suggested.Add(trial.Number);
                return new SuggestedTrial();
            })
            .OnAsync<TrialRequest>(nameof(RunTrial), trial => running[trial.Number].Task);
        var study = RunStudy.RunAsync(context, Request());

        Assert.Equal([0, 1], suggested);
        running[1].SetResult(true);
        Assert.Equal([0, 1], suggested);
        running[0].SetResult(true);
        Assert.Equal([0, 1, 2, 3], suggested);
        running[2].SetResult(true);
        Assert.Equal([0, 1, 2, 3, 4], suggested);
        running[4].SetResult(true);
        Assert.False(study.IsCompleted);
        running[3].SetResult(true);
        Assert.Equal(Result.Learner, (await study).Result?.Learner);
    }

    [Theory]
    [InlineData(20, null)]
    [InlineData(21, 20)]
    [InlineData(45, 20)]
    public async Task A_long_study_begins_again_with_an_empty_history_where_it_was(int trials, int? next)
    {
        var context = Orchestration(trials, parallel: 2);

        await RunStudy.RunAsync(context, Request());

        var restart = context.Restart?.NewInput as StudyRequest;
        Assert.Equal(next, restart?.NextTrial);
        Assert.Equal(next is null, context.Calls.Any(call => call.Activity is nameof(FinishStudy)));
        Assert.Equal(next is null ? null : new StudySettings(trials, 2), restart?.Settings);
    }

    [Fact]
    public async Task What_stops_a_study_is_told_and_no_trial_begins_after_it()
    {
        var context = Orchestration(trials: 10, parallel: 1)
            .On<TrialRequest>(nameof(SuggestTrial), trial => new SuggestedTrial(trial.Number is 3 ? "enough" : null));

        await RunStudy.RunAsync(context, Request());

        Assert.Equal(3, context.Calls.Count(call => call.Activity is nameof(RunTrial)));
        var finish = Assert.Single(context.Calls, call => call.Activity is nameof(FinishStudy));
        Assert.Equal("enough", Assert.IsType<StudyToFinish>(finish.Input).Reason);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_no_failure()
    {
        var context = Orchestration(trials: 1, parallel: 1)
            .On<StudyToFinish>(nameof(FinishStudy), _ => throw new TrainingRefusedException("nothing worked"));

        var ended = await RunStudy.RunAsync(context, Request());

        Assert.Equal((null, "nothing worked"), (ended.Result, ended.Refusal));
    }

    private static StudyRequest Request() => new(Step, NextTrial: 0, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    private static FakeOrchestration Orchestration(int trials, int parallel) => new FakeOrchestration()
        .On<OnData>(nameof(PlanStudy), _ => new StudySettings(trials, parallel))
        .On<TrialRequest>(nameof(SuggestTrial), _ => new SuggestedTrial())
        .On<TrialRequest>(nameof(RunTrial), _ => true)
        .On<StudyToFinish>(nameof(FinishStudy), _ => Result);
}
