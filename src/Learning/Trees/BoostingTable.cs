namespace Mlops.Learning;

/// <summary>Rows to learn from or to validate on, in bins.</summary>
/// <param name="Target">The class index or the value of each row.</param>
/// <param name="Weights">How much each row counts; null if all count alike.</param>
internal sealed record BoostingTable(BinnedMatrix Matrix, double[] Target, double[]? Weights)
{
    public int Rows => Target.Length;

    public BoostingTable Take(int[] rows, int threads) => new(
        Matrix.Take(rows, threads),
        Array.ConvertAll(rows, row => Target[row]),
        Weights is { } weights ? Array.ConvertAll(rows, row => weights[row]) : null);
}
