using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mlops.Storage;

/// <summary>How rows and blobs are written as JSON: camelCase, enums by name, absent values left out.</summary>
public static class Documents
{
    public static JsonSerializerOptions Options { get; } = Create();

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T Read<T>(ReadOnlyMemory<byte> document) =>
        JsonSerializer.Deserialize<T>(document.Span, Options)
            ?? throw new InvalidDataException($"A stored {typeof(T).Name} is null.");

    public static T Read<T>(this TableRow row) => Read<T>(row.Document);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
