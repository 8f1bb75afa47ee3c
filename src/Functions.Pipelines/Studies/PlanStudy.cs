using Microsoft.Azure.Functions.Worker;
using Mlops.Pipelines.Training;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>Fixes what a study searches, seeks and starts from. Repeated, it finds the plan that it made before.</summary>
public sealed class PlanStudy(IEnumerable<ILearner> learners, TrainingTable table, TrainingFiles files, StudyStore studies)
{
    /// <summary>With more training rows a single split tells enough, and folds cost five times as much.</summary>
    private const int MaxRowsOfFolds = 20_000;

    private const int Folds = 5;

    /// <exception cref="TrainingRefusedException">The search does not fit the data, or there is nothing to search.</exception>
    [Function(nameof(PlanStudy))]
    public async Task<StudySettings> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var tenant = TenantId.Parse(request.Tenant);
        if (await files.FindAsync<StudyPlan>(tenant, request.Id, TrainingFiles.StudyPlan, cancellationToken) is not { } plan)
        {
            var made = await MakeAsync(step, tenant, cancellationToken);
            plan = await files.WriteOnceAsync(tenant, request.Id, TrainingFiles.StudyPlan, made, cancellationToken);
        }

        await studies.ReportAsync(tenant, request.Id, StudyProgress.Of(plan, []), cancellationToken);
        return new StudySettings(plan.Search.Trials, plan.Search.Parallel);
    }

    private async Task<StudyPlan> MakeAsync(OnData step, TenantId tenant, CancellationToken cancellationToken)
    {
        var spec = step.Training.Request.Spec;
        var rows = await table.ReadSplitAsync(step, cancellationToken);
        var objectives = StudyObjective.Of(spec.Search?.Objectives, rows.Signature.Task);
        var single = spec.Validation is null && rows.TrainTarget.Length > MaxRowsOfFolds;
        var validation = spec.Validation ?? new CrossValidationSpec(Folds);
        if (validation.Column is { } column && rows.Training.Frame.Find(column) is null)
        {
            throw new TrainingRefusedException($"validation.column: the data set has no column '{column}'");
        }

        var auto = spec.Learner is null ? AutoMl.Choose(spec, rows.Signature, rows.Training, [.. learners]) : null;
        var search = auto?.Search ?? spec.Search ?? throw new ArgumentException("The spec searches nothing.", nameof(step));
        var space = StudyPlan.SpaceOf(search, spec.Learner, learners);
        if (space.Parameters.Count is 0)
        {
            throw new TrainingRefusedException($"search.space: {spec.Learner?.Name} suggests no ranges, so the spec has to give some");
        }

        var observations = await ObservationsAsync(tenant, search, objectives, space, cancellationToken);
        return new StudyPlan(
            search,
            objectives,
            validation,
            single,
            search.Seed ?? spec.Seed,
            auto?.Enqueued ?? [],
            observations,
            [.. auto?.Notes ?? [], Measured(validation, single)],
            spec.Learner,
            auto is null ? spec.Preprocessing : auto.Preprocessing);
    }

    private static string Measured(CrossValidationSpec validation, bool single) => single
        ? FormattableString.Invariant($"Each trial is measured on one part in {validation.Folds} of the training rows, round by round.")
        : FormattableString.Invariant($"Each trial is measured by cross-validation: folds {validation.Folds}, repeats {validation.Repeats}.");

    private async Task<IReadOnlyList<Trial>> ObservationsAsync(
        TenantId tenant,
        SearchSpec search,
        IReadOnlyList<StudyObjective> objectives,
        SearchSpace space,
        CancellationToken cancellationToken)
    {
        var found = new List<Trial>();
        for (var i = 0; i < (search.WarmStart?.Count ?? 0); i++)
        {
            var (earlier, path) = (search.WarmStart![i], $"search.warmStart[{i}]");
            var plan = await files.FindAsync<StudyPlan>(tenant, earlier, TrainingFiles.StudyPlan, cancellationToken)
                ?? throw new TrainingRefusedException($"{path}: there is no study of a training '{earlier}'");
            if (!plan.Objectives.SequenceEqual(objectives))
            {
                throw new TrainingRefusedException($"{path}: it sought {Listed(plan.Objectives)}, not {Listed(objectives)}");
            }

            var trials = await studies.TrialsAsync(tenant, earlier, cancellationToken);
            var fitting = WarmStart.Observations(space, objectives.Count, trials.Select(trial => trial.AsTrial()));
            if (fitting.Count is 0 && trials.Any(trial => trial.State is TrialState.Complete))
            {
                throw new TrainingRefusedException($"{path}: none of its complete trials lies in the search space");
            }

            found.AddRange(fitting);
        }

        return WarmStart.Observations(space, objectives.Count, found);
    }

    private static string Listed(IReadOnlyList<StudyObjective> objectives) =>
        string.Join(", ", objectives.Select(objective => objective.Metric));
}
