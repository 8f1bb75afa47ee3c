using System.Buffers;
using System.Text.Json;

namespace Mlops.Registry;

/// <summary>Tensors of zeros and empty strings in the form MLflow keeps an input example: <c>{"inputs": {name: [[…], …]}}</c>.</summary>
internal static class TensorExampleFile
{
    /// <param name="inputs">Free dimensions become 1.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<TensorSpec> inputs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("inputs");
            foreach (var input in inputs)
            {
                json.WritePropertyName(input.Name);
                Write(json, input, 0);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, TensorSpec input, int dimension)
    {
        if (dimension < input.Shape.Count)
        {
            json.WriteStartArray();
            for (var i = 0; i < Math.Abs(input.Shape[dimension]); i++)
            {
                Write(json, input, dimension + 1);
            }

            json.WriteEndArray();
            return;
        }

        switch (input.Type)
        {
            case TensorType.String:
                json.WriteStringValue("");
                break;
            case TensorType.Bool:
                json.WriteBooleanValue(false);
                break;
            case TensorType.Float16 or TensorType.Float32 or TensorType.Float64:
                json.WriteRawValue("0.0");
                break;
            default:
                json.WriteNumberValue(0);
                break;
        }
    }
}
