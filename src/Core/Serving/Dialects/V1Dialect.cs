namespace Mlops.Serving;

/// <summary>Version 1 of KServe's protocol, which is TensorFlow Serving's: <c>instances</c> in, <c>predictions</c> out.</summary>
public sealed class V1Dialect : IDialect
{
    public static readonly V1Dialect Instance = new();

    private V1Dialect()
    {
    }

    public string Name => "v1";

    public DialectReading Read(ServedModel model, in DialectRequest request) => model.TensorScorer is not null
        ? RowDialects.TakesTensors
        : RowDialects.Reading(PredictionRequestReader.Of(model).Read(request.Body.Span, RequestForm.V1), PredictionsAnswer.Labels);
}
