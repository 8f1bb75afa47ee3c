using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>Chooses the best trial and writes the study's report. Repeated, it writes the same again.</summary>
public sealed class FinishStudy(IEnumerable<ILearner> learners, TrainingFiles files, StudyStore studies)
{
    private const int MostFront = 100;
    private const int MostReasons = 5;

    /// <exception cref="TrainingRefusedException">No trial is complete; the message has the reasons.</exception>
    [Function(nameof(FinishStudy))]
    public async Task<StudyResult> RunAsync([ActivityTrigger] StudyToFinish study, CancellationToken cancellationToken)
    {
        var request = study.Step.Training.Request;
        var (tenant, id) = (TenantId.Parse(request.Tenant), request.Id);
        var plan = await files.ReadAsync<StudyPlan>(tenant, id, TrainingFiles.StudyPlan, cancellationToken);
        var trials = await studies.TrialsAsync(tenant, id, cancellationToken);
        await studies.ReportAsync(tenant, id, StudyProgress.Of(plan, trials), cancellationToken);
        var best = StudyReport.BestOf(plan.Objectives, trials) ?? throw new TrainingRefusedException(NoneComplete(trials));
        var chosen = plan.LearnerOf(best.Parameters);
        var report = StudyReport.Of(plan, StudyPlan.SpaceOf(plan.Search, plan.Learner, learners), trials, best, study.Reason);
        await files.WriteAsync(tenant, id, TrainingFiles.Study, report, cancellationToken);
        await files.WriteAsync(tenant, id, TrainingFiles.Choice, new TrainingChoice(chosen, plan.Preprocessing), cancellationToken);
        return new StudyResult(
            report.Counts.Total,
            report.Counts.Complete,
            report.Counts.Pruned,
            report.Counts.Failed,
            best.Number,
            plan.Objectives.Zip(best.Values ?? []).ToDictionary(pair => pair.First.Metric, pair => pair.Second),
            chosen.Name,
            plan.Objectives.Count > 1 ? [.. report.Front.Take(MostFront)] : null,
            report.Notes);
    }

    private static string NoneComplete(IReadOnlyList<StudyTrial> trials)
    {
        var reasons = trials.Select(trial => trial.Reason).OfType<string>().Distinct().Take(MostReasons).ToList();
        return reasons.Count is 0
            ? "The study's budget was used up before a trial could be completed."
            : $"None of the {trials.Count} trials could be completed: {string.Join(" ", reasons)}";
    }
}
