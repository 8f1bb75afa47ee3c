using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Mlops.Pipelines.Studies;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>The training pipeline: from a data set to a registered, gated model version.</summary>
/// <remarks>
/// Everything heavy lies in the training's blob folder; only references travel. A refusal (the data does not fit the spec, a
/// target that cannot be learned) ends the pipeline in order with its reasons; a failure ends it as Failed. Either way the run
/// says so.
/// </remarks>
public static class TrainModel
{
    [Function(nameof(TrainModel))]
    public static async Task<TrainingResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, TrainingRequest request)
    {
        var steps = new TrainingSteps(context, PipelineRetries.Options);
        var training = new StartedTraining(request, Run: null, context.CurrentUtcDateTime);
        try
        {
            training = training with { Run = await steps.CallAsync<StartedRun>(TrainingStep.StartRun, nameof(StartRun), training) };
            var data = await steps.CallAsync<ResolvedData>(TrainingStep.ResolveData, nameof(ResolveData), training);
            await steps.CallAsync<ValidatedData>(TrainingStep.Validate, nameof(ValidateData), new OnData(training, data));
            await steps.CallAsync<SplitRows>(TrainingStep.Split, nameof(SplitData), new OnData(training, data));
            var study = request.Spec is { Search: null, Learner: not null }
                ? null
                : await steps.CallAsync(TrainingStep.Search, () => SearchAsync(context, new OnData(training, data)));
            if (study is { Refusal: { } refusal })
            {
                await steps.FailAsync(refusal, training);
                return TrainingResult.Refused(training, refusal);
            }

            var model = await steps.CallAsync<ExportedModel>(TrainingStep.TrainAndExport, nameof(TrainLearner), new OnData(training, data));
            var report = await steps.CallAsync<EvaluationSummary>(TrainingStep.Evaluate, nameof(EvaluateModel), new OnData(training, data));
            await steps.CallAsync<bool>(TrainingStep.Profile, nameof(ProfileData), new OnData(training, data));
            var made = new TrainedModel(training, data, model, report, study?.Result);
            await steps.CallAsync<bool>(TrainingStep.LogRun, nameof(LogRun), made);
            var version = await steps.CallAsync<RegisteredVersion>(TrainingStep.Register, nameof(RegisterVersion), made);
            var verdict = await steps.CallAsync<GateVerdict>(TrainingStep.Gates, nameof(CheckGates), new Candidate(made, version));
            if (verdict.Passed)
            {
                await steps.CallAsync<bool>(TrainingStep.SetAlias, nameof(SetAlias), new Candidate(made, version));
            }

            steps.Finish();
            return TrainingResult.Of(made, version, verdict);
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<TrainingRefusedException>())
        {
            await steps.FailAsync(failure.FailureDetails.ErrorMessage, training);
            return TrainingResult.Refused(training, failure.FailureDetails.ErrorMessage);
        }
        catch (TaskFailedException failure)
        {
            await steps.FailAsync(failure.FailureDetails.ErrorMessage, training);
            throw;
        }
    }

    private static Task<EndedStudy> SearchAsync(TaskOrchestrationContext context, OnData step) =>
        context.CallSubOrchestratorAsync<EndedStudy>(
            nameof(RunStudy),
            new StudyRequest(step, NextTrial: 0, context.CurrentUtcDateTime),
            new SubOrchestrationOptions(instanceId: StudyInstance.Of(step.Training.Request)));
}
