using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Mlops.Api.Operations;

/// <summary>The API's description, which the repository keeps as <c>docs/openapi.yaml</c>, as JSON.</summary>
public static class OpenApiDocument
{
    private const string Resource = "openapi.yaml";

    private static readonly Lazy<ReadOnlyMemory<byte>> Converted = new(() => ToJson(Yaml()));

    /// <summary>UTF-8; converted when first asked for.</summary>
    public static ReadOnlyMemory<byte> Json => Converted.Value;

    private static YamlNode Yaml()
    {
        using var stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidDataException($"The assembly has no {Resource}.");
        using var reader = new StreamReader(stream);
        var yaml = new YamlStream();
        yaml.Load(reader);
        return yaml.Documents[0].RootNode;
    }

    private static ReadOnlyMemory<byte> ToJson(YamlNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        Write(json, node);
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                json.WriteStartObject();
                foreach (var (key, value) in mapping.Children)
                {
                    json.WritePropertyName(((YamlScalarNode)key).Value ?? "");
                    Write(json, value);
                }

                json.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                json.WriteStartArray();
                foreach (var item in sequence.Children)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: var text }:
                WritePlain(json, text ?? "");
                break;
            case YamlScalarNode { Value: var text }:
                json.WriteStringValue(text);
                break;
        }
    }

    /// <summary>A scalar without quotes, by YAML's core schema.</summary>
    private static void WritePlain(Utf8JsonWriter json, string text)
    {
        if (text is "" or "~" or "null")
        {
            json.WriteNullValue();
        }
        else if (text is "true" or "false")
        {
            json.WriteBooleanValue(text is "true");
        }
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            json.WriteNumberValue(whole);
        }
        else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(text);
        }
    }
}
