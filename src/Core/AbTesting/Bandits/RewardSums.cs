namespace Mlops.AbTesting;

/// <summary>What a bandit remembers of one arm's rewards: their weight, mean and squared distances from it.</summary>
/// <remarks>
/// Rewards may come late, in any order and in batches from several instances: batches merge, the state is one merge a batch. Memory
/// fades by <see cref="Discount"/> before a batch is merged in, where rewards change over time: factor 0.99 remembers about 100 batches.
/// </remarks>
public sealed record RewardSums
{
    /// <param name="weight">How many rewards, less what was forgotten; not negative.</param>
    /// <param name="squares">The weighted sum of (reward − mean)²; not negative.</param>
    public RewardSums(double weight, double mean, double squares)
    {
        Observed.ThrowIfNotFinite(weight);
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        Observed.ThrowIfNotFinite(mean);
        Observed.ThrowIfNotFinite(squares);
        ArgumentOutOfRangeException.ThrowIfNegative(squares);
        (Weight, Mean, Squares) = (weight, mean, squares);
    }

    public static RewardSums Empty { get; } = new(0, 0, 0);

    public double Weight { get; }

    public double Mean { get; }

    public double Squares { get; }

    /// <param name="reward">Finite; from 0 to 1 where the policy takes it for a success or its chance.</param>
    public RewardSums Add(double reward) => Merge(new(1, reward, 0));

    public RewardSums Merge(RewardSums other)
    {
        if (Weight is 0 || other.Weight is 0)
        {
            return Weight is 0 ? other : this;
        }

        var weight = Weight + other.Weight;
        var delta = other.Mean - Mean;
        var share = other.Weight / weight;
        return new(weight, Mean + (delta * share), Squares + other.Squares + (delta * delta * Weight * share));
    }

    /// <param name="factor">Over 0, up to 1: what is left of each reward's weight.</param>
    public RewardSums Discount(double factor)
    {
        if (!(factor is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "Expected a number over 0 and up to 1.");
        }

        return new(Weight * factor, Mean, Squares * factor);
    }
}
