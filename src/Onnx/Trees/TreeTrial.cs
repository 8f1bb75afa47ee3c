using Microsoft.ML.OnnxRuntime;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Finds out whether compiled trees give the very bits that ONNX Runtime gives.</summary>
/// <remarks>
/// Rows are drawn from what trees can get wrong: each column's thresholds, the floats beside them, zero, the infinities, and in the
/// second half of the rows missing values. They are scored at once, a few at a time and one by one, for each is a way of its own.
/// </remarks>
internal static class TreeTrial
{
    private const int Rows = 512;
    private const int Few = 7;
    private const int Seed = 20_261_129;

    /// <param name="compiled">Of the same model as <paramref name="reference"/>.</param>
    public static bool Agree(TreeModel model, IModelScorer compiled, IModelScorer reference)
    {
        var rows = Draw(model);
        return Agree(rows, model.Columns) && Array.TrueForAll([0, Rows / 2], half =>
            Agree(rows.AsMemory(half * model.Columns, Few * model.Columns), model.Columns)
            && Enumerable.Range(half, Few).All(row => Agree(rows.AsMemory(row * model.Columns, model.Columns), model.Columns)));

        bool Agree(ReadOnlyMemory<float> numbers, int columns)
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

    /// <summary>Row-major [<see cref="Rows"/>, columns].</summary>
    private static float[] Draw(TreeModel model)
    {
        var thresholds = new List<float>[model.Columns];
        for (var column = 0; column < thresholds.Length; column++)
        {
            thresholds[column] = [0];
        }

        foreach (var node in model.Tables.Nodes.Where(node => !node.IsLeaf))
        {
            thresholds[node.Column].Add(node.Threshold);
        }

        var random = new Random(Seed);
        var rows = new float[Rows * model.Columns];
        for (var i = 0; i < rows.Length; i++)
        {
            var choices = thresholds[i % model.Columns];
            rows[i] = Beside(choices[random.Next(choices.Count)], random.Next(i < rows.Length / 2 ? 15 : 18));
        }

        return rows;
    }

    private static float Beside(float threshold, int way) => way switch
    {
        < 4 => threshold,
        < 8 => MathF.BitIncrement(threshold),
        < 12 => MathF.BitDecrement(threshold),
        12 => 0,
        13 => float.PositiveInfinity,
        14 => float.NegativeInfinity,
        _ => float.NaN,
    };

    /// <summary>Any NaN is as good as another: which of its bits are set is left open even by one processor's instructions.</summary>
    private sealed class SameBits : IEqualityComparer<float>
    {
        public static readonly SameBits Comparer = new();

        public bool Equals(float x, float y) =>
            BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y) || (float.IsNaN(x) && float.IsNaN(y));

        public int GetHashCode(float obj) => obj.GetHashCode();
    }
}
