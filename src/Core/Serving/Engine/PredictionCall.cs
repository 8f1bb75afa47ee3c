namespace Mlops.Serving;

/// <summary>One request for predictions on its way through an endpoint.</summary>
/// <param name="Version">A version of the endpoint's model that shall answer, whatever the policy says.</param>
/// <param name="Caller">Where the policy may look for the unit.</param>
/// <param name="RequestId">The caller's own id of the request, if it gave one.</param>
/// <param name="Arm">The arm that a tester asks for, whatever the policy would choose.</param>
/// <param name="Deadline">Until when the caller wants the answer.</param>
public readonly record struct PredictionCall(
    TenantId Tenant,
    EndpointName Endpoint,
    int? Version,
    DialectRequest Request,
    ICallerFields Caller,
    string? RequestId = null,
    string? Arm = null,
    DateTimeOffset? Deadline = null);

/// <summary>What a caller sent beside the body.</summary>
public interface ICallerFields
{
    string? Header(string name);

    string? Cookie(string name);
}

/// <summary>What came of asking for predictions.</summary>
public abstract record PredictionOutcome
{
    private PredictionOutcome() { }

    /// <summary>Who gets the answer writes it and disposes it.</summary>
    public sealed record Answered(PredictionAnswer Answer) : PredictionOutcome;

    /// <param name="Errors">Every field that is wrong, up to a bounded number.</param>
    public sealed record Refused(IReadOnlyList<PredictionError> Errors) : PredictionOutcome;

    public sealed record UnknownEndpoint : PredictionOutcome;

    /// <summary>The endpoint's model has no such version.</summary>
    public sealed record UnknownVersion(int Version) : PredictionOutcome;

    /// <summary>The endpoint's policy has no such arm.</summary>
    public sealed record UnknownArm(string Arm) : PredictionOutcome;

    /// <summary>No model is loaded, or the prediction cannot be logged as the endpoint demands.</summary>
    public sealed record Unavailable(string Reason) : PredictionOutcome;

    /// <summary>As many requests as the model may have are under way or waiting.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : PredictionOutcome;

    /// <summary>The deadline passed before the answer was ready.</summary>
    public sealed record TooLate : PredictionOutcome;

    /// <summary>The model has no finite prediction for a row: its values are too extreme.</summary>
    public sealed record NotFinite(int Row) : PredictionOutcome;

    /// <summary>The graph cannot take tensors that each fit the signature.</summary>
    public sealed record NotScored(string Reason) : PredictionOutcome;
}
