using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>A named tensor with its elements, row-major.</summary>
/// <param name="Shape">Its dimensions from the outermost, none negative.</param>
/// <param name="Data">Little-endian elements of a fixed width; empty for strings. Whoever made the tensor says how long it is valid.</param>
/// <param name="Strings">The elements of a tensor of strings; absent for all others.</param>
public sealed record NamedTensor(
    string Name, TensorType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data, IReadOnlyList<string>? Strings = null);

/// <summary>A loaded model that takes and gives tensors. Safe for concurrent use; disposing waits for nothing, so drain first.</summary>
public interface ITensorScorer : IDisposable
{
    TensorSignature Signature { get; }

    /// <param name="inputs">Every input of the signature once, of its type and a shape that fits, in any order.</param>
    /// <param name="outputs">The outputs that are wanted; none means all.</param>
    /// <returns>In the order asked for, or of the signature, in memory of their own.</returns>
    /// <exception cref="TensorScoringException">The graph cannot take these values together.</exception>
    IReadOnlyList<NamedTensor> Run(IReadOnlyList<NamedTensor> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken);
}

/// <summary>A model refuses tensors that each fit its signature. The message is for the caller.</summary>
public sealed class TensorScoringException(string message, Exception? inner = null) : Exception(message, inner);
