using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Lays columns out as a graph takes them.</summary>
public static class FeatureBatches
{
    /// <summary>All rows of a frame that has every feature of the signature, by name.</summary>
    public static FeatureBatch From(DataFrame frame, ModelSignature signature)
    {
        var rows = frame.RowCount;
        var numeric = signature.Features.Where(feature => feature.IsNumeric).ToList();
        var texts = signature.Features.Where(feature => !feature.IsNumeric).ToList();
        var numbers = new float[rows * numeric.Count];
        for (var i = 0; i < numeric.Count; i++)
        {
            var values = ((NumericColumn)frame[numeric[i].Name]).Values;
            for (var row = 0; row < rows; row++)
            {
                numbers[(row * numeric.Count) + i] = (float)values[row];
            }
        }

        var strings = new string[rows * texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            var column = (StringColumn)frame[texts[i].Name];
            for (var row = 0; row < rows; row++)
            {
                strings[(row * texts.Count) + i] = column[row] ?? "";
            }
        }

        return new FeatureBatch(rows, numbers, strings);
    }

    /// <summary>Scores every row of a frame, a bounded number at a time.</summary>
    /// <returns>Row-major [rows, <see cref="ModelSignature.OutputWidth"/>].</returns>
    public static double[] ScoreAll(this IModelScorer scorer, DataFrame frame, CancellationToken cancellationToken)
    {
        const int Chunk = 4_096;
        var width = scorer.Signature.OutputWidth;
        var output = new float[frame.RowCount * width];
        var rows = Enumerable.Range(0, frame.RowCount).ToArray();
        for (var start = 0; start < rows.Length; start += Chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(Chunk, rows.Length - start);
            var batch = From(frame.Take(rows.AsSpan(start, count)), scorer.Signature);
            scorer.Score(batch, output.AsSpan(start * width, count * width));
        }

        return Array.ConvertAll(output, value => (double)value);
    }
}
