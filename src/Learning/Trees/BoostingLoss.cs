namespace Mlops.Learning;

/// <summary>What boosting lowers, as a function of the scores of a row.</summary>
/// <remarks>
/// Scores and derivatives are kept output by output: that of row r and output k is at k · rows + r. Derivatives and losses are those of a
/// row that counts once; weights come on top.
/// </remarks>
internal abstract class BoostingLoss
{
    /// <summary>How many scores a row has, and so how many trees a round grows.</summary>
    public virtual int Outputs => 1;

    /// <summary>Whether leaves are worth what <see cref="LeafValue"/> says, not what the derivatives do.</summary>
    public virtual bool RenewsLeaves => false;

    /// <summary>The scores that are best before any tree, the same for all rows.</summary>
    /// <param name="weights">How much each row counts; null if all count alike.</param>
    public abstract double[] BaseScores(double[] target, double[]? weights);

    /// <summary>Writes the first and second derivatives of the loss of rows <paramref name="start"/> to <paramref name="end"/>.</summary>
    public abstract void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end);

    /// <summary>The loss of one row.</summary>
    public abstract double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row);

    /// <summary>The best constant to add to the scores of some rows.</summary>
    /// <param name="residuals">Target less score of each of them; put in another order.</param>
    /// <param name="weights">Likewise; empty if all count alike.</param>
    public virtual double LeafValue(Span<double> residuals, Span<double> weights) =>
        throw new NotSupportedException($"{GetType().Name} takes leaf values from its derivatives.");

    /// <summary>Turns the scores of a row, at the end of <paramref name="outputs"/>, into what the model predicts.</summary>
    public virtual void Predict(Span<double> outputs)
    {
    }
}
