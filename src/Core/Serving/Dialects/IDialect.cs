using System.Buffers;

namespace Mlops.Serving;

/// <summary>A way to ask for predictions: how requests are read and answers written. Safe for concurrent use.</summary>
/// <remarks>All dialects check requests against the model's signature and tell every wrong field with what was expected.</remarks>
public interface IDialect
{
    /// <summary>Its name in metrics and the prediction log.</summary>
    string Name { get; }

    DialectReading Read(ServedModel model, in DialectRequest request);
}

/// <summary>A request as it came.</summary>
/// <param name="Body">Valid until the request is answered.</param>
/// <param name="HeaderLength">How many bytes of the body are JSON, where tensors follow it (Inference-Header-Content-Length).</param>
/// <param name="ContentType">The media type with its parameters, as sent.</param>
public readonly record struct DialectRequest(ReadOnlyMemory<byte> Body, int? HeaderLength = null, string? ContentType = null)
{
    /// <summary>The part of the body that may be JSON.</summary>
    public ReadOnlyMemory<byte> Json => HeaderLength is { } length && length <= Body.Length ? Body[..length] : Body;
}

/// <summary>What came of reading a request.</summary>
public abstract record DialectReading
{
    private DialectReading() { }

    /// <summary>The caller's own id of the request, if the body has one.</summary>
    public string? RequestId { get; init; }

    /// <summary>Rows of a table. Who gets them disposes them.</summary>
    public sealed record Rows(FeatureRows Features, IDialectAnswer Answer) : DialectReading;

    /// <summary>Tensors, for a model that has a <see cref="ServedModel.TensorScorer"/>; valid as long as the request's body.</summary>
    /// <param name="Outputs">The outputs that are wanted; none means all.</param>
    public sealed record Tensors(IReadOnlyList<NamedTensor> Inputs, IReadOnlyList<string> Outputs, IDialectAnswer Answer) : DialectReading;

    /// <param name="Errors">What is wrong, in the order of the request; a bounded number.</param>
    public sealed record Refused(IReadOnlyList<PredictionError> Errors) : DialectReading;
}

/// <summary>How one request wants its answer written.</summary>
public interface IDialectAnswer
{
    /// <param name="scores">Finite, row-major [rows, <see cref="Registry.ModelSignature.OutputWidth"/>].</param>
    DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, ReadOnlySpan<float> scores, in AnswerFacts facts);

    DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, IReadOnlyList<NamedTensor> outputs, in AnswerFacts facts);
}

/// <summary>What an answer may tell of itself.</summary>
/// <param name="Id">The prediction's id.</param>
/// <param name="RequestId">The caller's own, if it gave one in a header or in the body.</param>
public readonly record struct AnswerFacts(TenantId Tenant, EndpointName Endpoint, string Id, string Arm, string? RequestId);

/// <summary>What was written.</summary>
/// <param name="HeaderLength">How many bytes are JSON, where tensors follow it.</param>
public readonly record struct DialectAnswerForm(string ContentType, int? HeaderLength = null)
{
    public static readonly DialectAnswerForm Json = new("application/json");
}
