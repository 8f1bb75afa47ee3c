using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Mlops.Http;
using Mlops.Tracking;

namespace Mlops.Api.Tracking;

/// <summary>An experiment to make.</summary>
public sealed record NewExperiment(string Name);

/// <summary>A run to start.</summary>
/// <param name="Name">Made up if absent.</param>
/// <param name="StartTime">Now if absent.</param>
/// <param name="IdempotencyKey">Starting again with the same key finds the run of the first time.</param>
public sealed record NewRun(
    string ExperimentId,
    string? Name = null,
    DateTimeOffset? StartTime = null,
    IReadOnlyList<Tag>? Tags = null,
    string? IdempotencyKey = null)
{
    private const string UserTag = "mlflow.user";

    internal RunStart ToStart(Caller caller, TimeProvider time)
    {
        var tags = TrackingRequest.WithoutNulls(Tags, "tags");
        return new(
            Name,
            StartTime ?? time.GetUtcNow(),
            tags.Any(tag => tag.Key is UserTag) ? tags : [.. tags, new(UserTag, caller.Name)],
            IdempotencyKey);
    }
}

/// <summary>What to log, in MLflow's shape.</summary>
public sealed record NewBatch(
    IReadOnlyList<Metric>? Metrics = null, IReadOnlyList<Param>? Params = null, IReadOnlyList<Tag>? Tags = null)
{
    internal RunBatch ToBatch() => new(
        TrackingRequest.WithoutNulls(Metrics, "metrics"),
        TrackingRequest.WithoutNulls(Params, "params"),
        TrackingRequest.WithoutNulls(Tags, "tags"));
}

internal static class TrackingRequest
{
    /// <summary>The elements of a list that may be absent.</summary>
    /// <exception cref="ProblemException">400: an element is null, which the reading of JSON does not look for.</exception>
    public static IReadOnlyList<T> WithoutNulls<T>(IReadOnlyList<T>? elements, string field)
        where T : class
    {
        for (var i = 0; i < (elements?.Count ?? 0); i++)
        {
            if (elements?[i] is null)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError($"{field}[{i}]", "must not be null"));
            }
        }

        return elements ?? [];
    }

    public static ArtifactPath Artifact(string text) => Incoming.Value<ArtifactPath>(
        text, "path", "names between slashes, none of them empty, '.' or '..', and no backslash or control character");

    public static ProblemHttpResult Refused(IReadOnlyList<Objection> objections) => Problems.BadRequest(
        objections[0].Reason, [.. objections.Select(objection => new FieldError(objection.Field, objection.Reason))]);

    public static ProblemHttpResult NoRun(string runId) => Problems.NotFound($"There is no run '{runId}'.");
}
