using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Models as other tools write them, with scikit-learn's own predictions: foreign/make.py makes them.</summary>
internal static class Foreign
{
    private static readonly JsonElement Expected = JsonDocument.Parse(Bytes("expected.json")).RootElement;

    public static byte[] Bytes(string file)
    {
        using var stream = typeof(Foreign).Assembly.GetManifestResourceStream(file)
            ?? throw new FileNotFoundException($"foreign/{file} is not embedded.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    public static (FeatureBatch Batch, float[] Result, int Width) Case(string name)
    {
        var rows = Expected.GetProperty(name).GetProperty("rows").EnumerateArray().Select(Floats).ToArray();
        var result = Expected.GetProperty(name).GetProperty("result").EnumerateArray()
            .SelectMany(row => row.ValueKind is JsonValueKind.Array ? Floats(row) : [row.GetSingle()]);
        return (new FeatureBatch(rows.Length, rows.SelectMany(row => row).ToArray(), default), [.. result], rows[0].Length);
    }

    public static ModelSignature Signature(TaskType task, int numbers, params string[] classes) => new(
        [.. Enumerable.Range(0, numbers).Select(number => new ColumnSchema($"x{number}", ColumnType.Number, Nullable: true))],
        "target",
        task,
        classes);

    private static float[] Floats(JsonElement row) => [.. row.EnumerateArray().Select(value => value.GetSingle())];
}
