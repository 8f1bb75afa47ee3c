using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Fits the spec to the data and checks that there is something to learn; writes the signature the model will have.</summary>
public sealed class ValidateData(TrainingTable table, TrainingFiles files)
{
    /// <summary>Of a spec that is wrong throughout this many reasons are told; the orchestration's status must hold them.</summary>
    private const int MostTold = 10;

    /// <exception cref="TrainingRefusedException">The spec does not fit the data; the message lists the reasons.</exception>
    [Function(nameof(ValidateData))]
    public async Task<ValidatedData> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var frame = await table.ReadAsync(step, cancellationToken);
        var plan = TrainingPlan.Make(step.Training.Request.Spec, frame) switch
        {
            PlanOutcome.Made made => made.Plan,
            PlanOutcome.Refused refused => throw new TrainingRefusedException(Told(refused.Errors)),
            _ => throw new UnreachableException(),
        };
        var check = DataChecks.Check(plan, frame);
        if (check.Errors.Count > 0)
        {
            throw new TrainingRefusedException(string.Join(" ", check.Errors));
        }

        var request = step.Training.Request;
        await files.WriteAsync(TenantId.Parse(request.Tenant), request.Id, TrainingFiles.Plan, plan.Signature, cancellationToken);
        return new ValidatedData(check.Rows, check.Warnings);
    }

    private static string Told(IReadOnlyList<SpecError> errors)
    {
        var told = string.Join("; ", errors.Take(MostTold).Select(error => $"{error.Path}: {error.Problem}"));
        return errors.Count > MostTold ? $"{told}; and {errors.Count - MostTold} more" : told;
    }
}
