using System.Text.Json.Serialization;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>What a bandit's rewards are.</summary>
public enum RewardKind { Success, Real }

/// <summary>How a bandit spreads units over arms, given what it remembers: a pure function from memory to probabilities.</summary>
/// <remarks>
/// Choice and learning are apart. A batch's probabilities are computed once from one snapshot, published as <see cref="ArmWeights"/>,
/// used by every instance until the next and logged as propensities: exactly what units were assigned by. Re-weighting per batch moves
/// as few units as it can. Means of arms that a bandit fed are biased; estimate by <see cref="PolicyValue"/>.
/// </remarks>
[JsonDerivedType(typeof(Thompson), "thompson")]
[JsonDerivedType(typeof(EpsilonGreedy), "epsilonGreedy")]
[JsonDerivedType(typeof(UpperConfidence), "ucb1")]
public abstract record BanditPolicy
{
    private BanditPolicy(double floor)
    {
        if (!(floor is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(floor), floor, "Expected a number from 0 to 1.");
        }

        Floor = floor;
    }

    /// <summary>The least probability of an arm, from 0; at 0 off-policy estimates may have nothing to go by.</summary>
    public double Floor { get; }

    /// <param name="arms">One or more.</param>
    /// <returns>Probabilities that sum to 1, each at least <see cref="Floor"/>.</returns>
    /// <exception cref="ArgumentException">The floors of so many arms sum to more than 1, or rewards are not of the policy's
    /// kind.</exception>
    public double[] Probabilities(IReadOnlyList<RewardSums> arms)
    {
        ArgumentOutOfRangeException.ThrowIfZero(arms.Count, nameof(arms));
        if (Floor * arms.Count > 1)
        {
            throw new ArgumentException($"{arms.Count} arms cannot have {Floor:P1} each.", nameof(arms));
        }

        return [.. Unfloored(arms).Select(share => Floor + ((1 - (Floor * arms.Count)) * share))];
    }

    private protected abstract IEnumerable<double> Unfloored(IReadOnlyList<RewardSums> arms);

    /// <summary>Each arm as often as it is believed to be the best (W. R. Thompson, 1933).</summary>
    public sealed record Thompson(RewardKind Rewards = RewardKind.Success, double Floor = 0.01) : BanditPolicy(Floor)
    {
        private protected override IEnumerable<double> Unfloored(IReadOnlyList<RewardSums> arms) =>
            Rewards is RewardKind.Success ? BestArm.OfSuccesses(arms) : BestArm.OfReals(arms);
    }

    /// <summary>The best mean, but for a share ε that goes to all arms alike.</summary>
    public sealed record EpsilonGreedy : BanditPolicy
    {
        /// <param name="epsilon">From 0 to 1.</param>
        public EpsilonGreedy(double epsilon = 0.1, double floor = 0)
            : base(floor)
        {
            if (!(epsilon is >= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Expected a number from 0 to 1.");
            }

            Epsilon = epsilon;
        }

        public double Epsilon { get; }

        private protected override IEnumerable<double> Unfloored(IReadOnlyList<RewardSums> arms) =>
            Greatest([.. arms.Select(arm => arm.Weight > 0 ? arm.Mean : double.PositiveInfinity)])
                .Select(share => (Epsilon / arms.Count) + ((1 - Epsilon) * share));
    }

    /// <summary>
    /// The arm with the greatest mean + scale · √(2 ln N / n): P. Auer, N. Cesa-Bianchi and P. Fischer, "Finite-time analysis of the
    /// multiarmed bandit problem", 2002.
    /// </summary>
    /// <remarks>It leaves nothing to chance: without a floor the propensities are 0 and 1.</remarks>
    public sealed record UpperConfidence : BanditPolicy
    {
        /// <param name="scale">The range of rewards; positive.</param>
        public UpperConfidence(double scale = 1, double floor = 0.01)
            : base(floor)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
            Scale = scale;
        }

        public double Scale { get; }

        private protected override IEnumerable<double> Unfloored(IReadOnlyList<RewardSums> arms)
        {
            var logTotal = Math.Log(Math.Max(1, arms.Sum(arm => arm.Weight)));
            return Greatest([.. arms.Select(arm => arm.Weight > 0
                ? arm.Mean + (Scale * Math.Sqrt(2 * logTotal / arm.Weight))
                : double.PositiveInfinity)]);
        }
    }

    /// <summary>1 for the greatest, shared by equals.</summary>
    private static IEnumerable<double> Greatest(double[] scores)
    {
        var greatest = scores.Max();
        var count = scores.Count(score => score.Equals(greatest));
        return scores.Select(score => score.Equals(greatest) ? 1.0 / count : 0);
    }
}
