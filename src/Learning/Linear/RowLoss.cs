namespace Mlops.Learning;

/// <summary>What a model that is linear in its columns lowers, as a function of the scores of rows.</summary>
/// <param name="target">The class index or value of each row.</param>
/// <param name="weights">How much each row counts; null if all count alike.</param>
internal abstract class RowLoss(double[] target, double[]? weights)
{
    public int Rows => target.Length;

    /// <summary>How many scores a row has.</summary>
    public virtual int Outputs => 1;

    /// <summary>The sum of the rows' weights.</summary>
    public double TotalWeight { get; } = weights?.Sum() ?? target.Length;

    protected double[] Target => target;

    protected double[]? Weights => weights;

    /// <summary>Replaces the scores of rows by the slopes of their weighted losses.</summary>
    /// <param name="scores">Of output k and row start + r at k · count + r, where count is how many rows there are.</param>
    /// <returns>The sum of the rows' weighted losses.</returns>
    public abstract double Derive(Span<double> scores, int start);

    protected double WeightOf(int row) => weights is null ? 1 : weights[row];
}
