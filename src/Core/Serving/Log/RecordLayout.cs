using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>How the inputs and outputs of one model version are written: as JSON, features and classes by name.</summary>
/// <remarks>
/// Inputs are written as a client would send them: booleans as <c>true</c> and <c>false</c>, timestamps as ISO 8601, missing values as
/// <c>null</c>; numbers have the single precision in which the model got them. The value of a sensitive feature, missing or not,
/// is written as <see cref="Redacted"/>, not as a hash: whoever can guess a value can hash the guess. Outputs are written as predictions
/// are answered. Immutable.
/// </remarks>
internal sealed class RecordLayout
{
    public const string Redacted = "[redacted]";

    private static readonly JsonEncodedText RedactedText = JsonEncodedText.Encode(Redacted);
    private static readonly JsonEncodedText LabelName = JsonEncodedText.Encode("label");
    private static readonly JsonEncodedText ProbabilitiesName = JsonEncodedText.Encode("probabilities");
    private static readonly JsonEncodedText ValueName = JsonEncodedText.Encode("value");

    private readonly ModelSignature _signature;
    private readonly Slot[] _slots;
    private readonly JsonEncodedText[] _classes;
    private readonly bool[] _isSensitiveString;
    private readonly int _numbers;
    private readonly int _strings;

    public RecordLayout(ModelName model, ModelSignature signature)
    {
        _signature = signature;
        Model = JsonEncodedText.Encode(model.Value);
        _classes = [.. _signature.Classes.Select(label => JsonEncodedText.Encode(label))];
        _slots = new Slot[_signature.Features.Count];
        for (var i = 0; i < _slots.Length; i++)
        {
            var feature = _signature.Features[i];
            _slots[i] = new Slot(JsonEncodedText.Encode(feature.Name), feature, feature.IsNumeric ? _numbers++ : _strings++);
        }

        HasSensitiveNumbers = signature.Features.Any(feature => feature is { Sensitive: true, IsNumeric: true });
        _isSensitiveString = [.. signature.Features.Where(feature => !feature.IsNumeric).Select(feature => feature.Sensitive)];
    }

    public JsonEncodedText Model { get; }

    /// <summary>Whether a feature that is a number is sensitive.</summary>
    public bool HasSensitiveNumbers { get; }

    /// <summary>Whether a value among the strings of some rows, row by row, is of a sensitive feature.</summary>
    public bool IsSensitiveString(int index) => _isSensitiveString[index % _strings];

    /// <summary>Makes zeros of the values of sensitive features among the numbers of some rows.</summary>
    public void Redact(Span<float> numbers)
    {
        foreach (var slot in _slots.Where(slot => slot.Feature is { Sensitive: true, IsNumeric: true }))
        {
            for (var at = slot.Index; at < numbers.Length; at += _numbers)
            {
                numbers[at] = 0;
            }
        }
    }

    public void WriteInputs(Utf8JsonWriter json, in FeatureBatch inputs)
    {
        json.WriteStartArray();
        for (var row = 0; row < inputs.Rows; row++)
        {
            var numbers = inputs.Numbers.Span.Slice(row * _numbers, _numbers);
            var strings = inputs.Strings.Span.Slice(row * _strings, _strings);
            json.WriteStartObject();
            foreach (var slot in _slots)
            {
                json.WritePropertyName(slot.Name);
                if (slot.Feature.Sensitive)
                {
                    json.WriteStringValue(RedactedText);
                }
                else if (slot.Feature.IsNumeric)
                {
                    WriteNumber(json, numbers[slot.Index], slot.Feature.Type);
                }
                else
                {
                    WriteText(json, strings[slot.Index]);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <param name="scores">Row-major [rows, <see cref="ModelSignature.OutputWidth"/>].</param>
    public void WriteOutputs(Utf8JsonWriter json, ReadOnlySpan<float> scores)
    {
        json.WriteStartArray();
        for (var width = _signature.OutputWidth; scores.Length > 0; scores = scores[width..])
        {
            json.WriteStartObject();
            if (_classes.Length is 0)
            {
                json.WritePropertyName(ValueName);
                WriteNumber(json, scores[0], ColumnType.Number);
            }
            else
            {
                json.WriteString(LabelName, _classes[_signature.Decide(scores[..width])]);
                json.WriteStartObject(ProbabilitiesName);
                for (var k = 0; k < width; k++)
                {
                    json.WritePropertyName(_classes[k]);
                    WriteNumber(json, scores[k], ColumnType.Number);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        if (text.Length is 0)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, float value, ColumnType type)
    {
        if (!float.IsFinite(value))
        {
            WriteNonFinite(json, value);
        }
        else if (type is ColumnType.Boolean && value is 0 or 1)
        {
            json.WriteBooleanValue(value is 1);
        }
        else if (type is ColumnType.Timestamp && InstantOf(value) is { } instant)
        {
            json.WriteStringValue(instant);
        }
        else if (type is ColumnType.Integer && MathF.Abs(value) < 1e9f && value == MathF.Truncate(value))
        {
            json.WriteNumberValue((int)value);
        }
        else
        {
            json.WriteShortNumber(value);
        }
    }

    private static void WriteNonFinite(Utf8JsonWriter json, float value)
    {
        if (float.IsNaN(value))
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(value > 0 ? "Infinity" : "-Infinity");
        }
    }

    private static DateTime? InstantOf(float unixSeconds)
    {
        var ticks = DateTime.UnixEpoch.Ticks + ((double)unixSeconds * TimeSpan.TicksPerSecond);
        return ticks >= 0 && ticks < DateTime.MaxValue.Ticks ? new DateTime((long)ticks, DateTimeKind.Utc) : null;
    }

    /// <param name="Index">Among the numbers of a row, or among its strings.</param>
    private sealed record Slot(JsonEncodedText Name, ColumnSchema Feature, int Index);
}
