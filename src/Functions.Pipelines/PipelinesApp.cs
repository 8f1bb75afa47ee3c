using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Mlops.AbTesting;
using Mlops.Data;
using Mlops.Http;
using Mlops.Learning;
using Mlops.Onnx;
using Mlops.Pipelines.Studies;
using Mlops.Pipelines.Training;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Tracking;
using Mlops.Training;

namespace Mlops.Pipelines;

/// <summary>What the pipelines app is made of, but for storage and the durable engine, which the host chooses.</summary>
public static class PipelinesApp
{
    public static IFunctionsWorkerApplicationBuilder AddPipelines(this IFunctionsWorkerApplicationBuilder app)
    {
        app.UseMiddleware<ProblemDetailsMiddleware>();
        app.Services.TryAddSingleton(TimeProvider.System);
        app.Services.TryAddSingleton(IdSource.Random);
        app.Services.TryAddSingleton<Reproduction.VersionRecords>();
        app.Services.AddHttpEdge().AddTracking().AddData().AddRegistry().AddLearning().AddOnnx().AddServing().AddAbTesting();
        app.Services.AddSingleton<TrainingFiles>().AddSingleton<TrainingProgressBoard>().AddSingleton<TrainingTable>();
        app.Services.AddSingleton<LearnerFits>().AddSingleton<WatchedLearning>().AddSingleton<StudyStore>().AddSingleton<TrialRuns>()
            .AddSingleton<TrainingViews>().AddSingleton<HeldOutScores>().AddSingleton<ExportedImportance>();
        return app;
    }
}
