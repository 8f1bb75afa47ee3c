namespace Mlops.Serving;

/// <summary>What MLflow's scoring server speaks: a data frame in four forms of JSON or in CSV.</summary>
/// <remarks>
/// Columns are found by name and those beyond the signature are ignored. An absent column is an error unless the feature is nullable.
/// The answer has labels or numbers; <c>"params": {"predict_method": "predict_proba"}</c> asks for the probabilities of a classifier.
/// </remarks>
public sealed class MlflowDialect : IDialect
{
    public static readonly MlflowDialect Instance = new();

    private MlflowDialect()
    {
    }

    public string Name => "mlflow";

    public DialectReading Read(ServedModel model, in DialectRequest request)
    {
        if (model.TensorScorer is not null)
        {
            return RowDialects.TakesTensors;
        }

        var reader = PredictionRequestReader.Of(model);
        var isCsv = request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) is true;
        var reading = isCsv ? reader.ReadCsv(request.Body.Span) : reader.Read(request.Body.Span, RequestForm.Mlflow);
        if (reading is not PredictionReading.Accepted { WantsProbabilities: true } accepted)
        {
            return RowDialects.Reading(reading, PredictionsAnswer.Labels);
        }

        if (model.Version.Signature.Classes.Count > 0)
        {
            return RowDialects.Reading(accepted, PredictionsAnswer.Probabilities);
        }

        accepted.Rows.Dispose();
        return new DialectReading.Refused(
            [new PredictionError("params.predict_method", "the model is no classifier; expected 'predict'")]);
    }
}
