using Microsoft.ML.OnnxRuntime;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Finds out whether a compiled model gives the very bits that ONNX Runtime gives.</summary>
/// <remarks>
/// Rows are what the model is most likely to get wrong. They are scored at once, a few at a time and one by one, for each is a way of
/// its own.
/// </remarks>
internal static class CompiledTrial
{
    private const int Rows = 512;
    private const int Few = 7;
    private const int Singles = 32;
    private const int Seed = 20_261_129;

    /// <param name="compiled">Scores through <paramref name="model"/>.</param>
    /// <param name="reference">Of the same model.</param>
    public static bool Agree(ICompiledModel model, IModelScorer compiled, IModelScorer reference)
    {
        var (rows, columns) = (model.DrawHardRows(new Random(Seed), Rows), model.Columns);
        return Agree(rows) && Array.TrueForAll([0, Rows / 2], half =>
            Agree(rows.AsMemory(half * columns, Few * columns))
            && Enumerable.Range(half, Singles).All(row => Agree(rows.AsMemory(row * columns, columns))));

        bool Agree(ReadOnlyMemory<float> numbers)
        {
            var batch = new FeatureBatch(numbers.Length / columns, numbers, default);
            var ours = new float[batch.Rows * compiled.Signature.OutputWidth];
            var theirs = new float[ours.Length];
            try
            {
                reference.Score(batch, theirs);
            }
            catch (Exception refused) when (refused is OnnxRuntimeException or ModelLoadException)
            {
                return false;
            }

            compiled.Score(batch, ours);
            return ours.AsSpan().SequenceEqual(theirs, SameBits.Comparer);
        }
    }

    /// <summary>Any NaN is as good as another: which of its bits are set is left open even by one processor's instructions.</summary>
    private sealed class SameBits : IEqualityComparer<float>
    {
        public static readonly SameBits Comparer = new();

        public bool Equals(float x, float y) =>
            BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y) || (float.IsNaN(x) && float.IsNaN(y));

        public int GetHashCode(float obj) => obj.GetHashCode();
    }
}
