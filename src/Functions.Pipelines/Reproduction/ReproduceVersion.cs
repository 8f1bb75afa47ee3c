using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Mlops.Pipelines.Training;
using Mlops.Training;

namespace Mlops.Pipelines.Reproduction;

/// <summary>Trains a version again from its training record and says whether the same comes out. Nothing is registered.</summary>
/// <remarks>
/// The steps are those of the training pipeline, in a folder of their own. What can no longer be trained (the data is gone) ends it in
/// order with the reason.
/// </remarks>
public static class ReproduceVersion
{
    [Function(nameof(ReproduceVersion))]
    public static async Task<ReproductionResult> RunAsync(
        [OrchestrationTrigger] TaskOrchestrationContext context, ReproductionRequest request)
    {
        try
        {
            var step = await CallAsync<OnData>(context, nameof(ReadRecipe), new RecipeRequest(request, context.CurrentUtcDateTime));
            await CallAsync<ValidatedData>(context, nameof(ValidateData), step);
            await CallAsync<SplitRows>(context, nameof(SplitData), step);
            var model = await CallAsync<ExportedModel>(context, nameof(TrainLearner), step);
            var report = await CallAsync<EvaluationSummary>(context, nameof(EvaluateModel), step);
            return await CallAsync<ReproductionResult>(
                context, nameof(CompareWithVersion), new Reproduced(request, model.Sha256, report.Metrics));
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<TrainingRefusedException>())
        {
            return ReproductionResult.Refused(request.RecordedSha256, failure.FailureDetails.ErrorMessage);
        }
    }

    private static Task<T> CallAsync<T>(TaskOrchestrationContext context, string activity, object input) =>
        context.CallActivityAsync<T>(activity, input, PipelineRetries.Options);
}
