using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>A model of a table and one of tensors, asked in the Open Inference Protocol.</summary>
internal sealed class V2Requests : IDisposable
{
    private readonly ServingMetrics _metrics = new();

    public V2Requests()
    {
        Table = new ServedModel(
            ServingOnDisk.AnyVersion(TableSignature), new TestScorer(TableSignature), new ServingOptions(), _metrics, TimeProvider.System);
    }

    public static ModelSignature TableSignature { get; } = new(
        [
            new ColumnSchema("size", ColumnType.Number, false),
            new ColumnSchema("age", ColumnType.Integer, true),
            new ColumnSchema("plan", ColumnType.Category, true),
            new ColumnSchema("isNew", ColumnType.Boolean, false),
        ],
        "kind",
        TaskType.Binary,
        ["no", "yes"]);

    /// <summary>size, age, isNew | plan.</summary>
    public ServedModel Table { get; }

    /// <summary>A model with one input <c>x</c> and one output <c>y</c> of a type.</summary>
    public ServedModel Tensors(TensorType type, params long[] shape) => Tensors([new TensorSpec("x", type, shape)], type, shape);

    public ServedModel Tensors(IReadOnlyList<TensorSpec> inputs, TensorType type, params long[] shape)
    {
        var signature = new TensorSignature(inputs, [new TensorSpec("y", type, shape)]);
        return new ServedModel(
            ServingOnDisk.AnyVersion(ModelSignature.Of(signature)), new EchoScorer(signature), new ServingOptions(), _metrics, TimeProvider.System);
    }

    public static DialectReading Read(ServedModel model, string json, byte[]? binary = null)
    {
        var header = Encoding.UTF8.GetBytes(json);
        return V2Dialect.Instance.Read(
            model, new DialectRequest(header.Concat(binary ?? []).ToArray(), binary is null ? null : header.Length));
    }

    public static IReadOnlyList<string> Errors(ServedModel model, string json, byte[]? binary = null) =>
        [.. Assert.IsType<DialectReading.Refused>(Read(model, json, binary)).Errors.Select(error => $"{error.Path}: {error.Message}")];

    /// <summary>The rows read, each as <c>size, age, isNew | plan</c>.</summary>
    public IReadOnlyList<string> Rows(string json, byte[]? binary = null)
    {
        var reading = Read(Table, json, binary);
        Assert.True(reading is DialectReading.Rows, reading.ToString() + (reading is DialectReading.Refused(var errors) ? errors[0] : ""));
        using var rows = ((DialectReading.Rows)reading).Features;
        var (numbers, strings) = (rows.Batch.Numbers.ToArray(), rows.Batch.Strings.ToArray());
        return [.. Enumerable.Range(0, rows.Count).Select(row => FormattableString.Invariant(
            $"{numbers[row * 3]}, {numbers[(row * 3) + 1]}, {numbers[(row * 3) + 2]} | {strings[row]}"))];
    }

    public static NamedTensor Tensor(ServedModel model, string json, byte[]? binary = null)
    {
        var reading = Read(model, json, binary);
        Assert.True(reading is DialectReading.Tensors, reading is DialectReading.Refused(var errors) ? errors[0].ToString() : "");
        return Assert.Single(((DialectReading.Tensors)reading).Inputs);
    }

    /// <summary>The answer to a request of a model that gives back what it gets: its JSON, and what is behind it.</summary>
    public static (string Json, byte[] Binary, string ContentType) Echo(ServedModel model, string json, byte[]? binary = null)
    {
        var tensors = Assert.IsType<DialectReading.Tensors>(Read(model, json, binary));
        var output = new ArrayBufferWriter<byte>();
        var form = tensors.Answer.Write(
            output, model, [.. tensors.Inputs.Select(input => input with { Name = "y" })], Facts);
        return Split(output, form);
    }

    public static (string Json, byte[] Binary, string ContentType) Answer(ServedModel model, string json, params float[] scores)
    {
        var rows = Assert.IsType<DialectReading.Rows>(Read(model, json));
        var output = new ArrayBufferWriter<byte>();
        var form = rows.Answer.Write(output, model, scores, Facts);
        rows.Features.Dispose();
        return Split(output, form);
    }

    public static byte[] Bytes<T>(params T[] values)
        where T : struct => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    public static byte[] Text(params string[] texts) =>
        [.. texts.SelectMany(text => BitConverter.GetBytes((uint)Encoding.UTF8.GetByteCount(text)).Concat(Encoding.UTF8.GetBytes(text)))];

    public void Dispose() => _metrics.Dispose();

    private static AnswerFacts Facts => new(TenantId.Default, ServingOnDisk.Live, "p1", "main", null);

    private static (string Json, byte[] Binary, string ContentType) Split(ArrayBufferWriter<byte> output, DialectAnswerForm form)
    {
        var length = form.HeaderLength ?? output.WrittenCount;
        return (Encoding.UTF8.GetString(output.WrittenSpan[..length]), output.WrittenSpan[length..].ToArray(), form.ContentType);
    }
}

/// <summary>Gives back its input.</summary>
internal sealed class EchoScorer(TensorSignature signature) : ITensorScorer
{
    public TensorSignature Signature => signature;

    public IReadOnlyList<NamedTensor> Run(
        IReadOnlyList<NamedTensor> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken) =>
        [inputs[0] with { Name = signature.Outputs[0].Name }];

    public void Dispose()
    {
    }
}
