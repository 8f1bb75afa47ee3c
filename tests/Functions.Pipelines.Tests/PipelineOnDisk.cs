using Microsoft.Extensions.DependencyInjection;
using Mlops.Data;
using Mlops.Learning;
using Mlops.Onnx;
using Mlops.Pipelines.Studies;
using Mlops.Pipelines.Training;
using Mlops.Registry;
using Mlops.Storage;
using Mlops.Tracking;
using Mlops.Training;

namespace Mlops.Pipelines;

/// <summary>The training pipeline's activities over SQLite in a temporary folder, with the real learners and ONNX Runtime.</summary>
internal sealed class PipelineOnDisk : IAsyncDisposable
{
    private static readonly TenantId Tenant = TenantId.Default;

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;
    private int _trainings;

    /// <param name="own">A learner of the test's own, beside the real ones.</param>
    public PipelineOnDisk(ILearner? own = null) => _services = With(own)
        .AddLogging()
        .AddSingleton<TimeProvider>(new FakeTimeProvider())
        .AddSingleton<IdSource>(new SequentialIds())
        .AddSqliteStorage(_folder.Path)
        .AddTracking()
        .AddData()
        .AddRegistry()
        .AddLearning()
        .AddOnnx()
        .AddSingleton<TrainingFiles>()
        .AddSingleton(provider => new TrainingProgressBoard(provider.GetRequiredService<ITableStore>(), TimeProvider.System))
        .AddSingleton<TrainingTable>()
        .AddSingleton<HeldOutScores>()
        .AddSingleton<ExportedImportance>()
        .AddSingleton<LearnerFits>()
        .AddSingleton(provider => new WatchedLearning(provider.GetRequiredService<TrainingProgressBoard>(), TimeProvider.System))
        .AddSingleton<StudyStore>()
        .AddSingleton<TrialRuns>()
        .BuildServiceProvider();

    private static ServiceCollection With(ILearner? own)
    {
        var services = new ServiceCollection();
        if (own is not null)
        {
            services.AddSingleton(own);
        }

        return services;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async Task UploadAsync(string dataset, Stream csv) =>
        Assert.IsType<UploadOutcome.Stored>(await Get<DatasetStore>().UploadAsync(Tenant, DatasetName.Parse(dataset), csv, default));

    public TrainingRequest Request(TrainingSpec spec) => new(Tenant.Value, $"{++_trainings:x32}", "ada", spec);

    /// <summary>Runs the pipeline with its real activities, each <paramref name="times"/> times over.</summary>
    public async Task<(TrainingResult Result, FakeOrchestration Context)> TrainAsync(TrainingRequest request, int times = 1)
    {
        var context = new FakeOrchestration()
            .OnAsync(nameof(StartRun), Repeated(times, (StartedTraining input) => Activity<StartRun>().RunAsync(input, default)))
            .OnAsync(nameof(ResolveData), Repeated(times, (StartedTraining input) => Activity<ResolveData>().RunAsync(input, default)))
            .OnAsync(nameof(ValidateData), Repeated(times, (OnData input) => Activity<ValidateData>().RunAsync(input, default)))
            .OnAsync(nameof(SplitData), Repeated(times, (OnData input) => Activity<SplitData>().RunAsync(input, default)))
            .OnAsync(nameof(TrainLearner), Repeated(times, (OnData input) => Activity<TrainLearner>().RunAsync(input, default)))
            .OnAsync(nameof(EvaluateModel), Repeated(times, (OnData input) => Activity<EvaluateModel>().RunAsync(input, default)))
            .OnAsync(nameof(ProfileData), Repeated(times, (OnData input) => Activity<ProfileData>().RunAsync(input, default)))
            .OnAsync(nameof(LogRun), Repeated(times, (TrainedModel input) => Activity<LogRun>().RunAsync(input, default)))
            .OnAsync(nameof(RegisterVersion), Repeated(times, (TrainedModel input) => Activity<RegisterVersion>().RunAsync(input, default)))
            .OnAsync(nameof(CheckGates), Repeated(times, (Candidate input) => Activity<CheckGates>().RunAsync(input, default)))
            .OnAsync(nameof(SetAlias), Repeated(times, (Candidate input) => Activity<SetAlias>().RunAsync(input, default)))
            .OnAsync(nameof(FailRun), Repeated(times, (EndedTraining input) => Activity<FailRun>().RunAsync(input, default)))
            .OnAsync(nameof(RunStudy), async (StudyRequest input) => await SearchAsync(input, times));
        return (await TrainModel.RunAsync(context, request), context);
    }

    /// <summary>Runs the study with its real activities, from one generation to the next as a host would.</summary>
    private async Task<EndedStudy> SearchAsync(StudyRequest request, int times)
    {
        while (true)
        {
            var context = new FakeOrchestration()
                .OnAsync(nameof(PlanStudy), Repeated(times, (OnData input) => Activity<PlanStudy>().RunAsync(input, default)))
                .OnAsync(nameof(SuggestTrial), Repeated(times, (TrialRequest input) => Activity<SuggestTrial>().RunAsync(input, default)))
                .OnAsync(nameof(RunTrial), Repeated(times, (TrialRequest input) => Activity<RunTrial>().RunAsync(input, default)))
                .OnAsync(nameof(FinishStudy), Repeated(times, (StudyToFinish input) => Activity<FinishStudy>().RunAsync(input, default)));
            var ended = await RunStudy.RunAsync(context, request);
            if (context.Restart is not { NewInput: StudyRequest next })
            {
                return ended;
            }

            request = next;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    public T Activity<T>() => ActivatorUtilities.CreateInstance<T>(_services);

    private static Func<TInput, Task<object?>> Repeated<TInput, TOutput>(int times, Func<TInput, Task<TOutput>> activity) => async input =>
    {
        object? answer = null;
        for (var i = 0; i < times; i++)
        {
            answer = await activity(input);
        }

        return answer;
    };
}
