using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Api.Registry;

/// <summary>Models made elsewhere.</summary>
public sealed class ModelImportFunctions(ModelImport import, OnnxLimits limits, IdSource ids)
{
    private const string SeeErrors = "See errors.";

    private static readonly string[] Parameters = ["features", "numbered", "target", "task", "classes", "description", "framework"];

    /// <summary>Registers an ONNX file as a model's next version; the model is made if there is none of that name. The same
    /// Idempotency-Key registers it once, however often it is sent.</summary>
    [Function("RegisterModelVersion")]
    public async Task<Results<Created<ModelVersion>, Ok<ModelVersion>, ProblemHttpResult>> RegisterAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/models/{name}/versions")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var model = RegistryRoute.Model(name);
        var key = IdempotencyKey.IdOf(request.Headers["Idempotency-Key"], ids, scope: "import\n");
        var upload = await ModelUpload.ReadAsync(request, limits.MaximumBytes, cancellationToken);
        var spec = upload.Spec is { } json ? SpecOf(json, request) : FromQuery(request);
        var caller = request.Caller();
        switch (await import.ImportAsync(caller.Tenant, model, spec.With(upload.Onnx), key, caller.Name, cancellationToken))
        {
            case ImportOutcome.Registered(var version):
                request.SetETag(version.ETag);
                return TypedResults.Created($"/api/v1/models/{model}/versions/{version.Number}", version);
            case ImportOutcome.AlreadyRegistered(var version):
                request.SetETag(version.ETag);
                return TypedResults.Ok(version);
            case ImportOutcome.KeyTaken(var version):
                var reason = $"expected a new key: with this one version {version} was registered, from another model or with another spec";
                return Problems.Of(
                    StatusCodes.Status422UnprocessableEntity, $"Idempotency-Key: {reason}.", [new FieldError("Idempotency-Key", reason)]);
            case ImportOutcome.Malformed(var faults):
                return Problems.BadRequest($"What is said of the model is not valid. {SeeErrors}", Errors(faults));
            case ImportOutcome.Refused(var faults):
                return Problems.Of(
                    StatusCodes.Status422UnprocessableEntity, $"The model cannot be registered. {SeeErrors}", Errors(faults));
            default:
                throw new UnreachableException();
        }
    }

    private static ModelSpec SpecOf(ReadOnlyMemory<byte> json, HttpRequest request) =>
        Array.Find(Parameters, request.Query.ContainsKey) is { } twofold
            ? throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError(twofold, "expected in the part spec alone, as there is one"))
            : Incoming.Part<ModelSpec>(json, "spec");

    /// <summary>The simple case: what can be said in a query.</summary>
    private static ModelSpec FromQuery(HttpRequest request) => new(
        Features: List(request, "features")?.Select(feature => new FeatureClaim(feature)).ToList(),
        Numbered: IsNumbered(request),
        Target: Text(request, "target"),
        Task: TaskOf(Text(request, "task")),
        Classes: List(request, "classes"),
        Description: Text(request, "description"),
        Framework: Text(request, "framework"));

    private static string? Text(HttpRequest request, string parameter) =>
        request.Query.TryGetValue(parameter, out var values)
            ? values is [{ } one] ? one : throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError(parameter, "is there more than once"))
            : null;

    private static string[]? List(HttpRequest request, string parameter) =>
        Text(request, parameter)?.Split(',', StringSplitOptions.TrimEntries);

    private static bool IsNumbered(HttpRequest request) => Text(request, "numbered") switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError("numbered", "expected true or false")),
    };

    private static TaskType? TaskOf(string? text) => text switch
    {
        null => null,
        "binary" => TaskType.Binary,
        "multiclass" => TaskType.Multiclass,
        "regression" => TaskType.Regression,
        "tensors" => TaskType.Tensors,
        _ => throw new ProblemException(
            StatusCodes.Status400BadRequest, new FieldError("task", "expected one of binary, multiclass, regression, tensors")),
    };

    private static IReadOnlyList<FieldError> Errors(IReadOnlyList<ClaimFault> faults) =>
        [.. faults.Take(50).Select(fault => new FieldError(fault.Field, fault.Reason))];
}
