using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>
/// Holds the data against its suite, fits the spec to it and checks that there is something to learn; writes the signature the model
/// will have, and what came of the suite.
/// </summary>
public sealed class ValidateData(
    TrainingTable table, TrainingFiles files, DatasetStore datasets, ExpectationStore suites, DatasetValidation validation)
{
    /// <summary>Of a spec that is wrong throughout this many reasons are told; the orchestration's status must hold them.</summary>
    private const int MostTold = 10;

    /// <exception cref="TrainingRefusedException">The data is not as its suite expects, or the spec does not fit it; the message lists
    /// the reasons.</exception>
    [Function(nameof(ValidateData))]
    public async Task<ValidatedData> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var unmet = await MeetExpectationsAsync(step, cancellationToken);
        var frame = await table.ReadAsync(step, cancellationToken);
        var plan = TrainingPlan.Make(step.Training.Request.Spec, frame) switch
        {
            PlanOutcome.Made made => made.Plan,
            PlanOutcome.Refused refused => throw new TrainingRefusedException(
                Told([.. refused.Errors.Select(error => $"{error.Path}: {error.Problem}")])),
            _ => throw new UnreachableException(),
        };
        var check = DataChecks.Check(plan, frame);
        if (check.Errors.Count > 0)
        {
            throw new TrainingRefusedException(string.Join(" ", check.Errors));
        }

        var request = step.Training.Request;
        await files.WriteAsync(TenantId.Parse(request.Tenant), request.Id, TrainingFiles.Plan, plan.Signature, cancellationToken);
        return new ValidatedData(check.Rows, [.. unmet, .. check.Warnings]);
    }

    /// <returns>The expectations that are not met and not critical, told.</returns>
    private async Task<IReadOnlyList<string>> MeetExpectationsAsync(OnData step, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var (tenant, dataset) = (TenantId.Parse(request.Tenant), DatasetName.Parse(step.Data.Dataset));
        var named = request.Spec.Expectations;
        var name = named is null ? SuiteName.Default
            : SuiteName.TryParse(named, null, out var parsed) ? parsed
            : throw new TrainingRefusedException($"expectations: expected the name of a suite: {SuiteName.Rule}");
        if (await suites.FindAsync(tenant, dataset, name, null, cancellationToken) is not { } suite)
        {
            return named is null ? [] : throw new TrainingRefusedException($"expectations: data set '{dataset}' has no suite '{name}'");
        }

        var version = await datasets.FindAsync(tenant, dataset, step.Data.Version, cancellationToken)
            ?? throw new InvalidOperationException($"Version {step.Data.Version} of data set '{dataset}' is gone.");
        var result = await validation.RunAsync(tenant, version, suite, ResultFormat.Summary, cancellationToken);
        await files.WriteAsync(tenant, request.Id, TrainingFiles.Expectations, result, cancellationToken);
        var critical = result.Failed(ExpectationSeverity.Critical).Select(outcome => outcome.Told()).ToList();
        if (critical.Count > 0)
        {
            throw new TrainingRefusedException(
                $"expectations: version {version.Number} of '{dataset}' breaks suite '{name}' version {suite.Number}: {Told(critical)}");
        }

        return
        [
            .. result.Failed(ExpectationSeverity.Warning).Take(MostTold)
                .Select(outcome => $"The data does not meet suite '{name}': {outcome.Told()}."),
        ];
    }

    private static string Told(List<string> reasons)
    {
        var told = string.Join("; ", reasons.Take(MostTold));
        return reasons.Count > MostTold ? $"{told}; and {reasons.Count - MostTold} more" : told;
    }
}
