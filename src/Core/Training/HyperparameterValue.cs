using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mlops.Training;

/// <summary>The value of a hyperparameter: a number, or one of a few words.</summary>
/// <remarks>In JSON a number or a string; <c>true</c> and <c>false</c> are read as 1 and 0.</remarks>
[JsonConverter(typeof(HyperparameterValueConverter))]
public readonly record struct HyperparameterValue
{
    private readonly double _number;

    public HyperparameterValue(double number) => _number = number;

    public HyperparameterValue(string text) => Text = text;

    /// <summary>The word, or null for a number.</summary>
    public string? Text { get; }

    public bool IsNumber => Text is null;

    /// <exception cref="InvalidOperationException">It is a word.</exception>
    public double Number => Text is null ? _number : throw new InvalidOperationException($"'{Text}' is not a number.");

    public static implicit operator HyperparameterValue(double number) => new(number);

    public static implicit operator HyperparameterValue(string text) => new(text);

    public override string ToString() => Text ?? _number.ToString("R", CultureInfo.InvariantCulture);

    private sealed class HyperparameterValueConverter : JsonConverter<HyperparameterValue>
    {
        public override HyperparameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                // A number that is too great is read as infinity, which could not be written again.
                JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number) => new HyperparameterValue(number),
                JsonTokenType.String => new HyperparameterValue(reader.GetString()!),
                JsonTokenType.True => new HyperparameterValue(1),
                JsonTokenType.False => new HyperparameterValue(0),
                _ => throw new JsonException("expected a finite number or a word"),
            };

        public override void Write(Utf8JsonWriter writer, HyperparameterValue value, JsonSerializerOptions options)
        {
            if (value.Text is { } text)
            {
                writer.WriteStringValue(text);
            }
            else
            {
                writer.WriteNumberValue(value._number);
            }
        }
    }
}
