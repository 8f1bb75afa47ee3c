using System.Text;
using Mlops.Registry;
using Mlops.Storage;
using Mlops.Tracking;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

public class StudyPipelineTests
{
    private static readonly Dictionary<string, ParameterSpec> Space = new()
    {
        ["rounds"] = new ParameterSpec(ParameterType.Int, 2, 12),
        ["learningRate"] = new ParameterSpec(ParameterType.Float, 0.05, 0.5, Log: true),
    };

    private static readonly TrainingSpec Spec = new(
        "churn",
        "customers",
        "left",
        new LearnerSpec("gradient-boosting", new Dictionary<string, HyperparameterValue> { ["maxLeaves"] = 4 }),
        Search: new SearchSpec(Space, Trials: 6),
        Validation: new CrossValidationSpec(Folds: 2));

    [Fact]
    public async Task The_model_is_trained_with_the_settings_of_the_best_trial_and_says_so()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var request = pipeline.Request(Spec);

        var (result, _) = await pipeline.TrainAsync(request);

        var trials = await TrialsAsync(pipeline, request);
        var best = trials.MaxBy(trial => trial.Values![0])!;
        Assert.Equal((6, best.Number, best.Values![0]), (trials.Count, result.Study!.BestTrial, result.Study.Values["rocAuc"]));
        var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, result.RunId!, default);
        Assert.Equal(best.Parameters["learningRate"].ToString(), run!.Params["learningRate"]);
        Assert.Equal("4", run.Params["maxLeaves"]);
        var report = await pipeline.Get<TrainingFiles>().ReadAsync<StudyReport>(TenantId.Default, request.Id, TrainingFiles.Study, default);
        Assert.Equal((best.Number, 6), (report.Best.Number, report.Trials.Count));
    }

    [Fact]
    public async Task Each_trial_is_a_finished_child_run_with_its_settings_and_its_value_after_each_fold()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var request = pipeline.Request(Spec);

        var (result, _) = await pipeline.TrainAsync(request);

        foreach (var trial in await TrialsAsync(pipeline, request))
        {
            var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, trial.RunId, default);
            Assert.Equal((result.RunId, request.Id), (run!.Tags["mlflow.parentRunId"], run.Tags["mlops.study"]));
            Assert.Equal((RunStatus.Finished, trial.Values![0]), (run.Status, run.Metrics["rocAuc"].Value));
            Assert.Equal(trial.Parameters["rounds"].ToString(), run.Params["rounds"]);
            var history = await pipeline.Get<RunStore>().MetricHistoryAsync(TenantId.Default, run.Id, "rocAuc", 10, null, default);
            Assert.Equal(
                trial.Intermediate!.Select(value => ((long)value.Step, value.Value)),
                history!.Metrics.Select(point => (point.Step, point.Value)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_study_is_the_same_each_time_however_many_trials_run_at_once(int parallel)
    {
        await using var pipeline = await Customers.PipelineAsync();
        var spec = Spec with { Search = Spec.Search! with { Parallel = parallel, Trials = 12, Sampler = new SamplerSpec(StartupTrials: 3) } };
        var (first, second) = (pipeline.Request(spec), pipeline.Request(spec));

        await pipeline.TrainAsync(first);
        await pipeline.TrainAsync(second);

        Assert.Equal(Told(await TrialsAsync(pipeline, first)), Told(await TrialsAsync(pipeline, second)));
    }

    [Fact]
    public async Task Another_seed_tries_something_else()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var first = pipeline.Request(Spec);
        var second = pipeline.Request(Spec with { Search = Spec.Search! with { Seed = 1 } });

        await pipeline.TrainAsync(first);
        await pipeline.TrainAsync(second);

        Assert.NotEqual(Told(await TrialsAsync(pipeline, first)), Told(await TrialsAsync(pipeline, second)));
    }

    [Fact]
    public async Task Doing_every_activity_twice_changes_nothing()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var (once, twice) = (pipeline.Request(Spec), pipeline.Request(Spec));

        await pipeline.TrainAsync(once);
        var (result, _) = await pipeline.TrainAsync(twice, times: 2);

        var trials = await TrialsAsync(pipeline, twice);
        Assert.Equal(Told(await TrialsAsync(pipeline, once)), Told(trials));
        var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, result.RunId!, default);
        var runs = await pipeline.Get<RunStore>().ListAsync(TenantId.Default, run!.ExperimentId, 100, null, default);
        Assert.Equal(2 * (1 + trials.Count), runs!.Runs.Count);
        var history = await pipeline.Get<RunStore>().MetricHistoryAsync(TenantId.Default, trials[0].RunId, "rocAuc", 10, null, default);
        Assert.Equal(2, history!.Metrics.Count);
    }

    [Fact]
    public async Task A_trial_that_fails_is_a_failed_run_with_its_reason_and_the_study_goes_on()
    {
        await using var pipeline = await Customers.PipelineAsync(new PickyLearner(options =>
        {
            if (options.Hyperparameters["rounds"].Number > 6)
            {
                throw new InvalidOperationException("that is too long");
            }
        }));
        var request = pipeline.Request(Spec with { Learner = new LearnerSpec("picky"), Search = Spec.Search! with { Trials = 12 } });

        var (result, _) = await pipeline.TrainAsync(request);

        var trials = await TrialsAsync(pipeline, request);
        Assert.Equal(("promoted", 12), (result.Outcome, trials.Count));
        Assert.Contains(trials, trial => trial.State is TrialState.Complete);
        var failed = trials.Where(trial => trial.Parameters["rounds"].Number > 6).ToList();
        Assert.NotEmpty(failed);
        foreach (var trial in failed)
        {
            Assert.Equal((TrialState.Failed, "that is too long"), (trial.State, trial.Reason));
            var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, trial.RunId, default);
            Assert.Equal((RunStatus.Failed, "that is too long"), (run!.Status, run.Tags["mlops.failure"]));
        }
    }

    [Fact]
    public async Task A_study_without_a_complete_trial_is_refused_with_the_reasons()
    {
        await using var pipeline = await Customers.PipelineAsync(
            new PickyLearner(_ => throw new TrainingRefusedException("I will not.")));
        var request = pipeline.Request(Spec with { Learner = new LearnerSpec("picky") });

        var (result, _) = await pipeline.TrainAsync(request);

        Assert.Equal(
            ("refused", "None of the 6 trials could be completed: I will not."), (result.Outcome, result.Reason));
        var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, result.RunId!, default);
        Assert.Equal(RunStatus.Failed, run!.Status);
    }

    [Fact]
    public async Task A_trial_of_a_cancelled_training_is_killed_with_its_run()
    {
        using var begun = new SemaphoreSlim(0);
        using var released = new ManualResetEventSlim();
        await using var pipeline = await Customers.PipelineAsync(new PickyLearner(_ =>
        {
            begun.Release();
            released.Wait();
        }));
        var request = pipeline.Request(Spec with { Learner = new LearnerSpec("picky") });

        var training = pipeline.TrainAsync(request);
        await Task.WhenAny(training, begun.WaitAsync());
        await pipeline.Get<TrainingProgressBoard>().RequestCancelAsync(TenantId.Default, request.Id, default);
        var (result, _) = await training;
        released.Set();

        Assert.Equal(("refused", "The training was cancelled."), (result.Outcome, result.Reason));
        var trial = Assert.Single(await TrialsAsync(pipeline, request));
        Assert.Equal((TrialState.Failed, true), (trial.State, trial.Cancelled));
        var run = await pipeline.Get<RunStore>().FindAsync(TenantId.Default, trial.RunId, default);
        Assert.Equal(RunStatus.Killed, run!.Status);
    }

    [Fact]
    public async Task Cancelling_ends_every_trial_that_runs_and_leaves_those_that_have_ended()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var request = pipeline.Request(Spec);
        var (result, _) = await pipeline.TrainAsync(request);
        var before = await TrialsAsync(pipeline, request);
        var late = new StudyTrial(6, TrialState.Running, before[0].Parameters, 6, result.RunId!, DateTimeOffset.UnixEpoch);
        await pipeline.Get<StudyStore>().AddAsync(TenantId.Default, request.Id, late, default);

        await pipeline.Get<TrialRuns>().CancelAllAsync(TenantId.Default, request.Id, default);

        var after = await TrialsAsync(pipeline, request);
        Assert.Equal(Told(before), Told(after.Take(6)));
        Assert.True(after[6] is { State: TrialState.Failed, Cancelled: true });
    }

    [Fact]
    public async Task Once_all_trials_are_cancelled_no_run_of_a_trial_that_was_cancelled_before_runs()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var request = pipeline.Request(Spec);
        await pipeline.TrainAsync(request);
        var runs = pipeline.Get<RunStore>();
        var first = (await TrialsAsync(pipeline, request))[0];
        var parent = (await runs.FindAsync(TenantId.Default, first.RunId, default))!;
        var run = await runs.CreateAsync(TenantId.Default, parent.ExperimentId, new RunStart("late", DateTimeOffset.UnixEpoch, []), default);
        var late = new StudyTrial(6, TrialState.Running, first.Parameters, 6, run.Id, DateTimeOffset.UnixEpoch);
        await pipeline.Get<StudyStore>().AddAsync(
            TenantId.Default, request.Id, late.CancelledAt(DateTimeOffset.UnixEpoch.AddSeconds(1)), default);

        await pipeline.Get<TrialRuns>().CancelAllAsync(TenantId.Default, request.Id, default);

        Assert.Equal(RunStatus.Killed, (await runs.FindAsync(TenantId.Default, run.Id, default))!.Status);
    }

    [Fact]
    public async Task A_study_begins_with_what_an_earlier_one_has_found()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var (earlier, cold) = (pipeline.Request(Spec), pipeline.Request(Spec with { Seed = 3 }));
        await pipeline.TrainAsync(earlier);
        var warm = pipeline.Request(Spec with { Search = Spec.Search! with { WarmStart = [earlier.Id] }, Seed = 3 });

        await pipeline.TrainAsync(warm);

        var plan = await pipeline.Get<TrainingFiles>().ReadAsync<StudyPlan>(TenantId.Default, warm.Id, TrainingFiles.StudyPlan, default);
        Assert.Equal([-6, -5, -4, -3, -2, -1], plan.Observations.Select(trial => trial.Number));
        Assert.Equal(
            Told(await TrialsAsync(pipeline, earlier)).Select(told => told.Parameters),
            plan.Observations.Select(trial => Parameters(trial.Parameters)));
        Assert.NotEqual(cold.Id, warm.Id);
    }

    [Theory]
    [InlineData("rmse", "search.objectives[0].metric: expected one of ")]
    [InlineData("nonsense", "search.objectives[0].metric: expected one of ")]
    public async Task An_objective_that_the_task_does_not_have_is_refused(string metric, string reason)
    {
        await using var pipeline = await Customers.PipelineAsync();
        var request = pipeline.Request(Spec with { Search = Spec.Search! with { Objectives = [new ObjectiveSpec(metric)] } });

        var (result, _) = await pipeline.TrainAsync(request);

        Assert.StartsWith(reason, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_two_objectives_the_front_is_told_and_the_best_of_the_first_is_on_it()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var objectives = new[] { new ObjectiveSpec("logLoss"), new ObjectiveSpec("size") };
        var request = pipeline.Request(Spec with { Search = Spec.Search! with { Objectives = objectives } });

        var (result, _) = await pipeline.TrainAsync(request);

        var trials = await TrialsAsync(pipeline, request);
        var front = trials.Where(trial => !trials.Any(other => Dominates(other.Values!, trial.Values!))).Select(trial => trial.Number);
        Assert.Equal(front, result.Study!.Front);
        Assert.Equal(trials.MinBy(trial => trial.Values![0])!.Number, result.Study.BestTrial);
        Assert.All(trials, trial => Assert.True(trial.Values![1] > 100));

        static bool Dominates(IReadOnlyList<double> one, IReadOnlyList<double> other) =>
            one[0] <= other[0] && one[1] <= other[1] && (one[0] < other[0] || one[1] < other[1]);
    }

    [Fact]
    public async Task Data_and_a_target_alone_give_a_model_and_say_how_it_was_chosen()
    {
        await using var pipeline = await Customers.PipelineAsync();
        var request = pipeline.Request(new TrainingSpec("churn", "customers", "left", Budget: new BudgetSpec(Trials: 4)));

        var (result, _) = await pipeline.TrainAsync(request);

        Assert.Equal(("promoted", 4), (result.Outcome, result.Study!.Trials));
        var trials = await TrialsAsync(pipeline, request);
        Assert.Equal(
            ["gradient-boosting", "logistic-regression"],
            trials.Take(2).Select(trial => trial.Parameters["learner"].Text));
        Assert.Contains(result.Study.Notes, note => note.StartsWith("Candidates are gradient-boosting, logistic-regression", StringComparison.Ordinal));
        Assert.Contains(result.Study.Notes, note => note.StartsWith($"Trial {result.Study.BestTrial} is chosen: ", StringComparison.Ordinal));
        var version = await pipeline.Get<ModelStore>().FindVersionAsync(TenantId.Default, ModelName.Parse("churn"), 1, default);
        Assert.Equal(result.Study.Learner, version!.Tags["learner"]);
        var files = pipeline.Get<ModelFiles>();
        Assert.Equal(result.Study.Notes, Documents.Read<StudyReport>(await BytesAsync(TrainingFiles.Study)).Notes);
        var card = Encoding.UTF8.GetString(await BytesAsync(ModelFiles.ModelCard));
        Assert.All(result.Study.Notes, note => Assert.Contains($"\n- {note}\n", card, StringComparison.Ordinal));
        Assert.Contains(
            "<h2>What was chosen and why</h2>", Encoding.UTF8.GetString(await BytesAsync(ModelFiles.Report)), StringComparison.Ordinal);

        async Task<byte[]> BytesAsync(string file)
        {
            await using var stream = await files.OpenReadAsync(TenantId.Default, version, file, default);
            using var content = new MemoryStream();
            await stream!.CopyToAsync(content);
            return content.ToArray();
        }
    }

    private static Task<IReadOnlyList<StudyTrial>> TrialsAsync(PipelineOnDisk pipeline, Training.TrainingRequest request) =>
        pipeline.Get<StudyStore>().TrialsAsync(TenantId.Default, request.Id, default);

    /// <summary>All of a trial that must be the same when it is made again.</summary>
    private static IEnumerable<(int Number, TrialState State, int Seen, string Parameters, string Values)> Told(IEnumerable<StudyTrial> trials) =>
        trials.Select(trial => (
            trial.Number,
            trial.State,
            trial.Seen,
            Parameters(trial.Parameters),
            string.Join(",", trial.Values ?? [])));

    private static string Parameters(IReadOnlyDictionary<string, HyperparameterValue> parameters) =>
        string.Join(",", parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
