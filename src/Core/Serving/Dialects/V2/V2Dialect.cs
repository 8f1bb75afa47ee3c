using System.Text.Json;
using System.Text.Unicode;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>The Open Inference Protocol, version 2, over REST: tensors in JSON, in binary behind it, or both.</summary>
/// <remarks>
/// <para>A model that takes tensors takes those of its signature. A model of a table takes one input for each feature, [n] or [n, 1], or
/// all numeric features together as <c>numeric</c> or <c>input-0</c>, [n, width], and all others as <c>strings</c>, each feature once. A
/// numeric feature is of any datatype of numbers, NaN or <c>null</c> where it is missing; a timestamp is in Unix seconds.</para>
/// <para>Data are row-major, flat or nested. JSON has no numbers for NaN and infinities, which are the strings <c>NaN</c>,
/// <c>Infinity</c> and <c>-Infinity</c>, and FP16 is not for JSON at all.</para>
/// </remarks>
public sealed class V2Dialect : IDialect
{
    public static readonly V2Dialect Instance = new();

    private static readonly JsonReaderOptions Json = new() { MaxDepth = 32 };

    private V2Dialect()
    {
    }

    public string Name => "v2";

    /// <summary>What a model takes and gives, in the protocol's words.</summary>
    public static V2Metadata Describe(ServedModel model)
    {
        var described = ModelOf(model);
        return new V2Metadata([.. described.Inputs.Select(Told)], [.. described.Outputs.Select(Told)]);
    }

    public DialectReading Read(ServedModel model, in DialectRequest request)
    {
        if (FrameError(request) is { } wrong)
        {
            return new DialectReading.Refused([wrong]);
        }

        return Read(ModelOf(model), request, mayTakeNumbers: true);
    }

    private static DialectReading Read(V2Model described, in DialectRequest request, bool mayTakeNumbers)
    {
        var errors = V2Errors.Begin();
        V2Inputs inputs = described.TakesTensors
            ? new V2TensorInputs(described, request.Body.Length, errors)
            : V2RowInputs.Begin(described, new FeatureRows(described.Numbers, described.Texts), request.Body.Length, errors);
        var parse = new V2Request(Json, described, request.Body, request.Json.Length, inputs, errors, mayTakeNumbers);
        try
        {
            parse.Read();
        }
        catch (JsonException fault)
        {
            errors.Add("body", $"is not JSON from line {fault.LineNumber + 1}, byte {fault.BytePositionInLine} on");
        }
        catch (InvalidOperationException) when (parse.IsAtEscapedText)
        {
            errors.Add("body", "has an escaped string that is not Unicode text (half of a surrogate pair)");
        }

        var answer = parse.Answer;
        answer.CheckForms(errors);
        if (errors.Found is { } found)
        {
            inputs.Discard();
            return parse.HasTakenNumbers ? Read(described, request, mayTakeNumbers: false) : new DialectReading.Refused(found);
        }

        return inputs.Reading(answer);
    }

    private static V2Model ModelOf(ServedModel model) => model.StateOf(static version => new V2Model(version));

    private static V2Tensor Told(TensorSpec spec) => new(spec.Name, V2Datatypes.Name(spec.Type), spec.Shape);

    /// <summary>What is wrong with the request before it is read, if something is.</summary>
    private static PredictionError? FrameError(in DialectRequest request)
    {
        const string Header = "Inference-Header-Content-Length";
        if (request.HeaderLength is { } length && length > request.Body.Length)
        {
            return new PredictionError(Header, $"expected at most the {request.Body.Length} bytes of the body, found {length}");
        }

        if (request.HeaderLength is null
            && request.ContentType?.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) is true)
        {
            return new PredictionError(Header, "is missing; expected how many bytes of the body are JSON");
        }

        return Utf8.IsValid(request.Json.Span) ? null : new PredictionError("body", "has JSON that is not UTF-8");
    }
}

/// <summary>What a model takes and gives.</summary>
public sealed record V2Metadata(IReadOnlyList<V2Tensor> Inputs, IReadOnlyList<V2Tensor> Outputs);

/// <param name="Datatype">In the protocol's words, like <c>FP32</c>.</param>
/// <param name="Shape">−1 where any length will do.</param>
public sealed record V2Tensor(string Name, string Datatype, IReadOnlyList<long> Shape);
