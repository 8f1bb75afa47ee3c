using System.Runtime.InteropServices;
using System.Text;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Loads "models" that are texts: what is not <c>broken</c> is scored with 1 for the last output and 0 for the others.</summary>
internal sealed class TestLoader : IModelLoader
{
    private int _loads;

    public List<TestScorer> Loaded { get; } = [];

    public int Loads => Volatile.Read(ref _loads);

    /// <summary>Set to make loading wait until it completes.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Called with each batch that a model scores, before it does.</summary>
    public Action<FeatureBatch>? Scoring { get; set; }

    public IModelScorer Load(ReadOnlyMemory<byte> onnx, ModelSignature signature)
    {
        Interlocked.Increment(ref _loads);
        Gate.GetAwaiter().GetResult();
        var text = Encoding.UTF8.GetString(onnx.Span);
        if (text.StartsWith("broken", StringComparison.Ordinal))
        {
            throw new ModelLoadException("it is broken");
        }

        var scorer = new TestScorer(signature, Scoring);
        lock (Loaded)
        {
            Loaded.Add(scorer);
        }

        return scorer;
    }

    public ITensorScorer LoadTensors(ReadOnlyMemory<byte> onnx, TensorSignature signature) => new TestTensorScorer(signature, onnx.Length);
}

/// <summary>Adds a number to each of the elements of its only input, which are 32-bit floats.</summary>
internal sealed class TestTensorScorer(TensorSignature signature, float added) : ITensorScorer
{
    public TensorSignature Signature { get; } = signature;

    public IReadOnlyList<NamedTensor> Run(
        IReadOnlyList<NamedTensor> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(inputs[0].Data.Span).ToArray().Select(number => number + added).ToArray();
        return [new NamedTensor(Signature.Outputs[0].Name, TensorType.Float32, inputs[0].Shape, MemoryMarshal.AsBytes<float>(numbers).ToArray())];
    }

    public void Dispose()
    {
    }
}

internal sealed class TestScorer(ModelSignature signature, Action<FeatureBatch>? scoring = null) : IModelScorer
{
    private int _disposals;

    public ModelSignature Signature { get; } = signature;

    public int Disposals => Volatile.Read(ref _disposals);

    public void Score(in FeatureBatch batch, Span<float> output)
    {
        ObjectDisposedException.ThrowIf(Disposals > 0, this);
        scoring?.Invoke(batch);
        output.Clear();
        for (var row = 0; row < batch.Rows; row++)
        {
            output[((row + 1) * Signature.OutputWidth) - 1] = 1;
        }

        ObjectDisposedException.ThrowIf(Disposals > 0, this);
    }

    public void Dispose() => Interlocked.Increment(ref _disposals);
}
