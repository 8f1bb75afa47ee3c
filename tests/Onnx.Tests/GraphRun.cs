using Microsoft.ML.OnnxRuntime;

namespace Mlops.Onnx;

/// <summary>A written graph, run once through ONNX Runtime with nothing of ours in between.</summary>
internal sealed class GraphRun : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly Dictionary<string, OrtValue> _inputs = new(StringComparer.Ordinal);
    private IDisposableReadOnlyCollection<OrtValue>? _outputs;

    public GraphRun(byte[] model)
    {
        // Graphs under test leave shapes open, which is worth a warning to the library.
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(model, options);
    }

    public GraphRun With(string name, float[] values, params long[] shape)
    {
        _inputs.Add(name, OrtValue.CreateTensorValueFromMemory(values, shape));
        return this;
    }

    public GraphRun With(string name, string[] values, params long[] shape)
    {
        var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (var i = 0; i < values.Length; i++)
        {
            tensor.StringTensorSetElementAt(values[i].AsSpan(), i);
        }

        _inputs.Add(name, tensor);
        return this;
    }

    public float[] Floats(string output) => Run(output).GetTensorDataAsSpan<float>().ToArray();

    public long[] Integers(string output) => Run(output).GetTensorDataAsSpan<long>().ToArray();

    public bool[] Booleans(string output) => Run(output).GetTensorDataAsSpan<bool>().ToArray();

    public string[] Strings(string output) => Run(output).GetStringTensorAsArray();

    public long[] Shape(string output) => Run(output).GetTensorTypeAndShape().Shape;

    public void Dispose()
    {
        _outputs?.Dispose();
        foreach (var input in _inputs.Values)
        {
            input.Dispose();
        }

        _options.Dispose();
        _session.Dispose();
    }

    private OrtValue Run(string output)
    {
        _outputs?.Dispose();
        _outputs = _session.Run(_options, _inputs, [output]);
        return _outputs[0];
    }
}
