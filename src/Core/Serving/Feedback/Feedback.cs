namespace Mlops.Serving;

/// <summary>What turned out to be so of one predicted row, or what it was worth.</summary>
/// <param name="PredictionId">An id of <see cref="PredictionIds"/>; its record may not have been logged yet.</param>
/// <param name="Row">Which row of the request, from 0.</param>
/// <param name="At">When that was known: of several labels, and of several rewards, the latest counts; of equals the one that came last.</param>
/// <param name="Label">The true class, or the true value as a number in its shortest form; absent if only a reward is given.</param>
/// <param name="Reward">Absent if only a label is given.</param>
public sealed record Feedback(string PredictionId, int Row, DateTimeOffset At, string? Label = null, double? Reward = null)
{
    /// <summary>The most rows of a request that can have feedback.</summary>
    public const int MaxRows = PredictionRequestReader.MaxRecords;
}

/// <summary>What is known of one predicted row by now.</summary>
public sealed record KnownOutcome(
    string? Label = null, DateTimeOffset? LabelAt = null, double? Reward = null, DateTimeOffset? RewardAt = null)
{
    /// <summary>As it is known after a feedback, whatever the order in which feedback comes.</summary>
    internal KnownOutcome With(Feedback feedback)
    {
        var known = this;
        if (feedback.Label is not null && !(feedback.At < LabelAt))
        {
            known = known with { Label = feedback.Label, LabelAt = feedback.At };
        }

        return feedback.Reward is not null && !(feedback.At < RewardAt)
            ? known with { Reward = feedback.Reward, RewardAt = feedback.At }
            : known;
    }
}
