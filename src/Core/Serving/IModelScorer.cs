using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Rows to score, laid out as the graph takes them.</summary>
/// <param name="Rows">How many rows.</param>
/// <param name="Numbers">Row-major [rows, numeric features], NaN where missing; empty if the model has none.</param>
/// <param name="Strings">Row-major [rows, string features], empty where missing; empty if the model has none.</param>
public readonly record struct FeatureBatch(int Rows, ReadOnlyMemory<float> Numbers, ReadOnlyMemory<string> Strings);

/// <summary>A loaded model that scores rows. Safe for concurrent use; disposing waits for nothing, so drain first.</summary>
public interface IModelScorer : IDisposable
{
    ModelSignature Signature { get; }

    /// <summary>Scores every row into <paramref name="output"/>, row-major [rows, <see cref="ModelSignature.OutputWidth"/>].</summary>
    /// <exception cref="ArgumentException">The batch or the output does not fit the signature.</exception>
    void Score(in FeatureBatch batch, Span<float> output);
}

/// <summary>Loads models that come from outside as untrusted bytes.</summary>
public interface IModelLoader
{
    /// <exception cref="ModelLoadException">The bytes are not a model this runtime can run, or its inputs and outputs do not fit
    /// the signature.</exception>
    IModelScorer Load(ReadOnlyMemory<byte> onnx, ModelSignature signature);

    /// <exception cref="ModelLoadException">The bytes are not a model this runtime can run, or its inputs and outputs are not these.
    /// </exception>
    ITensorScorer LoadTensors(ReadOnlyMemory<byte> onnx, TensorSignature signature);
}

/// <summary>A model cannot be loaded. The message is for the person who registered it.</summary>
public sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);
