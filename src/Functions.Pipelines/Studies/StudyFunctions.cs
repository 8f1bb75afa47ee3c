using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Mlops.Http;
using Mlops.Pipelines.Training;
using Mlops.Training;
using TrialPage = Mlops.Http.Page<Mlops.Training.StudyTrial>;

namespace Mlops.Pipelines.Studies;

/// <summary>The search of a training as it stands.</summary>
/// <param name="Id">The training's.</param>
/// <param name="State">The training's.</param>
/// <param name="Counts">How many trials there are of each kind.</param>
/// <param name="MaxTrials">The most there will be.</param>
/// <param name="Objectives">What is sought; the first decides.</param>
/// <param name="Best">The best trial so far.</param>
/// <param name="Chosen">What the model is trained with, once the search has ended.</param>
/// <param name="Importance">The share of each parameter in how good a trial was, once the search has ended.</param>
/// <param name="Front">The trials that no other beats in every objective, once the search has ended.</param>
/// <param name="Notes">What was chosen and why, a sentence each.</param>
public sealed record StudySummary(
    string Id,
    string State,
    TrialCounts Counts,
    int MaxTrials,
    IReadOnlyList<StudyObjective> Objectives,
    TrialSummary? Best,
    LearnerSpec? Chosen,
    IReadOnlyDictionary<string, double>? Importance,
    IReadOnlyList<TrialSummary>? Front,
    IReadOnlyList<string> Notes)
{
    internal static StudySummary Of(TrainingView training, StudyProgress progress, StudyPlan plan, StudyReport? report) => new(
        training.Id,
        training.State,
        report?.Counts ?? progress.Counts,
        progress.MaxTrials,
        progress.Objectives,
        report?.Best ?? progress.Best,
        report?.Chosen,
        report?.Importance,
        report is null ? null : [.. report.Front.Select(number => report.Trials[number])],
        report?.Notes ?? plan.Notes);
}

/// <summary>Shows what a training's search has tried.</summary>
public sealed class StudyFunctions(TrainingViews views, StudyStore studies, TrainingFiles files)
{
    [Function("GetStudy")]
    public async Task<Results<Ok<StudySummary>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/training/{id}/study")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (await views.FindAsync(client, tenant, id, cancellationToken) is not { Study: { } progress } training
            || await files.FindAsync<StudyPlan>(tenant, id, TrainingFiles.StudyPlan, cancellationToken) is not { } plan)
        {
            return Unknown(id);
        }

        var report = await files.FindAsync<StudyReport>(tenant, id, TrainingFiles.Study, cancellationToken);
        return TypedResults.Ok(StudySummary.Of(training, progress, plan, report));
    }

    /// <summary>The trials of a training's search, by number.</summary>
    [Function("ListTrials")]
    public async Task<Results<Ok<TrialPage>, ProblemHttpResult>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/training/{id}/study/trials")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        var tenant = request.Caller().Tenant;
        if (await views.FindAsync(client, tenant, id, cancellationToken) is not { Study: not null })
        {
            return Unknown(id);
        }

        var page = await studies.ListAsync(tenant, id, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new TrialPage(page.Trials, page.Continuation));
    }

    private static ProblemHttpResult Unknown(string id) => Problems.NotFound($"There is no training '{id}' that searches, or its search has not begun.");
}
