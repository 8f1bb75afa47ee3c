using System.Globalization;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>What another policy would have earned on the requests that an endpoint has answered.</summary>
/// <param name="Requests">Those with a reward and a propensity; each counts once, by the mean reward of its rows.</param>
/// <param name="EffectiveRequests">How many requests of the other policy they are worth: (Σw)² / Σw².</param>
/// <param name="ClippedRequests">Those whose weight was cut.</param>
/// <param name="Arms">What was logged of each arm.</param>
/// <param name="Refusal">Why the log cannot tell; then there are no estimates.</param>
/// <param name="Warning">Absent unless the estimates hang on few requests or on cut weights.</param>
/// <param name="Logged">What the policies that answered earned; one look, 95 % unless asked otherwise, as all intervals here.</param>
/// <param name="InversePropensity">Unbiased without clipping, and wide.</param>
/// <param name="SelfNormalized">A little biased, and steadier.</param>
/// <param name="DoublyRobust">With each arm's mean reward so far as the model: right if the propensities are.</param>
public sealed record PolicyValueReport(
    DateTimeOffset From,
    DateTimeOffset To,
    long Requests,
    double EffectiveRequests,
    long ClippedRequests,
    IReadOnlyList<LoggedArm> Arms,
    string? Refusal = null,
    string? Warning = null,
    PolicyEstimate? Logged = null,
    PolicyEstimate? InversePropensity = null,
    PolicyEstimate? SelfNormalized = null,
    PolicyEstimate? DoublyRobust = null);

/// <param name="Target">The share that the policy in question would give it.</param>
/// <param name="LeastPropensity">The least chance that it was chosen with.</param>
public sealed record LoggedArm(string Arm, double Target, long Requests, double MeanReward, double LeastPropensity);

/// <summary>Estimates policies by <see cref="PolicyValue"/> from the prediction log.</summary>
/// <remarks>Streams the log; keeps sums by arm.</remarks>
public sealed class LoggedPolicyValue(PredictionsWithFeedback predictions)
{
    // Fewer say nothing, whatever their interval.
    private const double FewEffective = 30;

    /// <param name="shares">By arm, not negative, one above 0; taken over their sum. An arm that is not named has none.</param>
    /// <param name="greatestWeight">Where weights are clipped; over 0.</param>
    /// <param name="confidence">Over 0 and under 1.</param>
    public async Task<PolicyValueReport> EstimateAsync(
        TenantId tenant,
        EndpointName endpoint,
        LogRange range,
        IReadOnlyDictionary<string, double> shares,
        double? greatestWeight,
        double confidence,
        CancellationToken cancellationToken)
    {
        var sum = shares.Values.Sum();
        var (value, logged) = (new PolicyValue(greatestWeight), MeanSums.Empty);
        var arms = new SortedDictionary<string, (MeanSums Rewards, double Least)>(StringComparer.Ordinal);
        double Target(string arm) => shares.GetValueOrDefault(arm) / sum;
        double Expected(string arm) => arms.TryGetValue(arm, out var known) ? known.Rewards.Mean : 0;
        await foreach (var (entry, outcomes) in predictions.ReadAsync(tenant, endpoint, range, cancellationToken))
        {
            if (entry is not LogEntry.Record { Head: var head } || TrafficPolicy.ReservedNames.Contains(head.Arm, StringComparer.Ordinal)
                || RewardOf(outcomes) is not { } reward)
            {
                continue;
            }

            var propensity = head.Propensity;
            if (!(propensity is > 0 and <= 1))
            {
                return Report(Text(
                    $"Prediction '{head.Id}' has no propensity: the chance that arm '{head.Arm}' was chosen with is {propensity}."));
            }

            // What the model expects is of rewards before this one, so that it cannot have seen it.
            var expected = new ModelledReward(Expected(head.Arm), shares.Keys.Sum(arm => Target(arm) * Expected(arm)));
            value = value.Add(new LoggedReward(propensity, Target(head.Arm), reward), expected);
            logged = logged.Add(reward);
            var known = arms.GetValueOrDefault(head.Arm, (MeanSums.Empty, 1));
            arms[head.Arm] = (known.Item1.Add(reward), Math.Min(known.Item2, propensity));
        }

        if (value.Count < 2)
        {
            return Report(Text(
                $"{value.Count} predictions of the range have a reward and an arm that the policy chose; two or more are needed."));
        }

        if (shares.FirstOrDefault(arm => arm.Value > 0 && !arms.ContainsKey(arm.Key)) is { Key: { } never })
        {
            return Report($"There is no overlap: the policy would play '{never}', and no prediction with a reward was made by it.");
        }

        var warning = value.EffectiveSampleSize < FewEffective
            ? Text($"The estimates are worth {value.EffectiveSampleSize:F1} requests; take none of them seriously.")
            : value.Clipped > 0 ? Text($"{value.Clipped:N0} weights were cut, which biases the estimates.") : null;
        return Report(null) with
        {
            Warning = warning,
            Logged = PolicyEstimate.Of(logged, confidence),
            InversePropensity = value.InversePropensity(confidence),
            SelfNormalized = value.SelfNormalized(confidence),
            DoublyRobust = value.DoublyRobust(confidence),
        };

        PolicyValueReport Report(string? refusal) => new(
            range.From,
            range.To,
            value.Count,
            value.EffectiveSampleSize,
            value.Clipped,
            [.. arms.Select(arm => new LoggedArm(
                arm.Key, Target(arm.Key), arm.Value.Rewards.Count, arm.Value.Rewards.Mean, arm.Value.Least))],
            refusal);
    }

    private static double? RewardOf(IReadOnlyDictionary<int, KnownOutcome> outcomes)
    {
        var rewards = outcomes.Values.Select(outcome => outcome.Reward).OfType<double>().ToList();
        return rewards.Count is 0 ? null : rewards.Average(Observed.Bounded);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
