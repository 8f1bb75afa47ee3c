using System.Buffers;
using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Writes scores as <c>{"model": …, "version": …, "predictions": […]}</c>.</summary>
/// <remarks>
/// A prediction of a classifier is <c>{"label": …, "probabilities": {class: …}}</c>, the label being the most probable class (the first
/// of equals), or the positive one from the signature's decision threshold on; of a regressor <c>{"value": …}</c>. Predictions stand in
/// the order of the records. Immutable.
/// </remarks>
public sealed class PredictionResponseWriter
{
    private static readonly JsonEncodedText ModelName = JsonEncodedText.Encode("model");
    private static readonly JsonEncodedText VersionName = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText PredictionsName = JsonEncodedText.Encode("predictions");
    private static readonly JsonEncodedText LabelName = JsonEncodedText.Encode("label");
    private static readonly JsonEncodedText ProbabilitiesName = JsonEncodedText.Encode("probabilities");
    private static readonly JsonEncodedText ValueName = JsonEncodedText.Encode("value");

    private readonly JsonEncodedText _model;
    private readonly int _version;
    private readonly PredictedValues _values;

    public PredictionResponseWriter(ModelVersion version) =>
        (_model, _version, _values) = (JsonEncodedText.Encode(version.Model.Value), version.Number, new PredictedValues(version));

    /// <param name="output">Where to write.</param>
    /// <param name="scores">Finite, row-major [rows, <see cref="ModelSignature.OutputWidth"/>].</param>
    public void Write(IBufferWriter<byte> output, ReadOnlySpan<float> scores)
    {
        var json = PredictedValues.WriterOf(output);
        json.WriteStartObject();
        json.WriteString(ModelName, _model);
        json.WriteNumber(VersionName, _version);
        json.WriteStartArray(PredictionsName);
        for (var at = 0; at < scores.Length; at += _values.Width)
        {
            WritePrediction(json, scores.Slice(at, _values.Width));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private void WritePrediction(Utf8JsonWriter json, ReadOnlySpan<float> scores)
    {
        json.WriteStartObject();
        if (_values.Classes.Length is 0)
        {
            json.WritePropertyName(ValueName);
            json.WriteShortNumber(scores[0]);
        }
        else
        {
            json.WriteString(LabelName, _values.Classes[_values.Decide(scores)]);
            json.WriteStartObject(ProbabilitiesName);
            for (var k = 0; k < _values.Classes.Length; k++)
            {
                json.WritePropertyName(_values.Classes[k]);
                json.WriteShortNumber(scores[k]);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
