using System.Diagnostics;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Mlops.Explanations;
using Mlops.Registry;
using Mlops.Storage;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Makes the trained model a version of its registered model. Repeated, it finds the version it made before.</summary>
public sealed class RegisterVersion(ModelStore models, ModelFiles versions, TrainingTable table, TrainingFiles files)
{
    private const int ExampleRows = 5;

    [Function(nameof(RegisterVersion))]
    public async Task<RegisteredVersion> RunAsync([ActivityTrigger] TrainedModel made, CancellationToken cancellationToken)
    {
        var request = made.Training.Request;
        var (tenant, name) = (TenantId.Parse(request.Tenant), ModelName.Parse(request.Spec.Model));
        var model = await models.GetOrCreateAsync(tenant, name, request.Caller, cancellationToken);
        var content = await ContentAsync(made, model, cancellationToken);
        var folder = await versions.WriteAsync(tenant, name, request.Id, content, cancellationToken);
        var registration = new VersionRegistration(
            request.Id,
            folder,
            content.Signature,
            made.Report.Metrics,
            new Dictionary<string, string>
            {
                ["learner"] = made.Model.Learner,
                ["dataset"] = $"{made.Data.Dataset}:{made.Data.Version}",
                ["training"] = request.Id,
            },
            made.Training.Run?.RunId);
        return await models.RegisterVersionAsync(tenant, name, registration, request.Caller, cancellationToken) switch
        {
            RegistrationOutcome.Registered registered => new RegisteredVersion(name.Value, registered.Version.Number),
            RegistrationOutcome.AlreadyRegistered registered => new RegisteredVersion(name.Value, registered.Version.Number),
            RegistrationOutcome.Refused refused => throw new TrainingRefusedException(refused.Reason),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<VersionContent> ContentAsync(TrainedModel made, RegisteredModel model, CancellationToken cancellationToken)
    {
        var request = made.Training.Request;
        var tenant = TenantId.Parse(request.Tenant);
        var rows = await table.ReadSplitAsync(new OnData(made.Training, made.Data), cancellationToken);
        var environment = await files.ReadAsync<TrainingEnvironment>(
            tenant, request.Id, TrainingFiles.Environment, cancellationToken);
        var choice = await files.ChoiceAsync(tenant, request.Id, request.Spec, cancellationToken);
        var importance = await files.ReadAsync<Dictionary<string, double>>(
            tenant, request.Id, TrainingFiles.Importance, cancellationToken);
        var report = await files.ReadAsync<EvaluationReport>(tenant, request.Id, TrainingFiles.Evaluation, cancellationToken);
        var record = new TrainingRecord(
            request.Id,
            request.Spec with { Preprocessing = choice.Preprocessing },
            choice.Learner,
            made.Data.Dataset,
            made.Data.Version,
            made.Data.Sha256,
            made.Model.Sha256,
            made.Model.Facts,
            importance,
            environment.CodeVersion,
            environment.Runtime,
            environment.Architecture,
            environment.Threads,
            environment.Packages);
        var documents = new Dictionary<string, ReadOnlyMemory<byte>>
        {
            [ModelFiles.ReferenceProfile] = await files.ReadBytesAsync(tenant, request.Id, TrainingFiles.Profile, cancellationToken),
            [ModelFiles.Evaluation] = await files.ReadBytesAsync(tenant, request.Id, TrainingFiles.Evaluation, cancellationToken),
            [ModelFiles.TrainingRecord] = Documents.Write(record),
            [BackgroundRows.File] = Documents.Write(BackgroundRows.Draw(rows.Train, rows.Signature, request.Spec.Seed)),
            [ModelFiles.Report] = HtmlReport.Write(record, rows.Signature, report),
            [ModelFiles.ModelCard] = Encoding.UTF8.GetBytes(
                ModelCard.Write(record, rows.Signature, report, model.Description ?? "", model.Tags)),
            [TrainingFiles.Split] = await files.ReadBytesAsync(tenant, request.Id, TrainingFiles.Split, cancellationToken),
        };
        foreach (var file in (string[])[TrainingFiles.Expectations, TrainingFiles.Study])
        {
            if (await files.FindBytesAsync(tenant, request.Id, file, cancellationToken) is { } known)
            {
                documents.Add(file, known);
            }
        }

        var example = Enumerable.Range(0, Math.Min(ExampleRows, rows.HeldOut.RowCount)).ToArray();
        return new VersionContent(
            await files.ReadBytesAsync(tenant, request.Id, TrainingFiles.Model, cancellationToken),
            rows.Signature,
            new DateTimeOffset(made.Training.StartedAt, TimeSpan.Zero),
            rows.HeldOut.Select(rows.Signature.Features.Select(feature => feature.Name)).Take(example),
            made.Training.Run?.RunId,
            documents);
    }
}
