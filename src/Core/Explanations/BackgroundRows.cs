using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Explanations;

/// <summary>Rows that stand for what is usual, kept with a version so that its predictions can be explained.</summary>
/// <param name="Numbers">Row-major [rows, numeric features].</param>
/// <param name="Strings">Row-major [rows, other features].</param>
public sealed record BackgroundRows(int Rows, float[] Numbers, string[] Strings)
{
    /// <summary>The file in a version's folder.</summary>
    public const string File = "background.json";

    /// <summary>Enough to know the usual by, few enough to score often.</summary>
    public const int MaxRows = 100;

    public FeatureBatch Batch => new(Rows, Numbers, Strings);

    /// <summary>Draws rows of what the model learned from, in their order.</summary>
    public static BackgroundRows Draw(DataFrame training, ModelSignature signature, long seed)
    {
        var rows = Enumerable.Range(0, training.RowCount).ToArray();
        new DeterministicRandom(seed).Shuffle(rows);
        var drawn = rows[..Math.Min(MaxRows, rows.Length)];
        Array.Sort(drawn);
        var batch = FeatureBatches.From(training.Take(drawn), signature);
        return new BackgroundRows(drawn.Length, batch.Numbers.ToArray(), batch.Strings.ToArray());
    }
}
