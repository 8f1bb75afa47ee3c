namespace Mlops.AbTesting;

/// <summary>What a test measures of a unit: one number, whatever the number of its requests.</summary>
public enum MetricKind
{
    /// <summary>Whether any feedback on the unit has a reward above 0, or the wanted label; no feedback is a no. Compared exactly at any
    /// counts.</summary>
    Conversion,

    /// <summary>The mean reward of its rows that have one; units without are left out.</summary>
    Reward,

    /// <summary>The sum of its rewards; 0 without any.</summary>
    RewardTotal,

    /// <summary>The share of its labelled rows whose predicted class is the label; units without labels are left out.</summary>
    Accuracy,

    /// <summary>The mean distance of its predicted values from its labels; units without labels are left out.</summary>
    AbsoluteError,

    /// <summary>The mean of its requests' milliseconds until the answer was ready.</summary>
    Latency,
}

/// <summary>A metric of units.</summary>
/// <param name="Label">Of a conversion: the label that counts as one, instead of a reward above 0.</param>
public sealed record TestMetric(MetricKind Kind, string? Label = null)
{
    /// <summary>As sentences have it.</summary>
    public override string ToString() => Kind switch
    {
        MetricKind.Conversion when Label is not null => $"share of '{Label}'",
        MetricKind.Conversion => "conversion",
        MetricKind.Reward => "reward",
        MetricKind.RewardTotal => "total reward",
        MetricKind.Accuracy => "accuracy",
        MetricKind.AbsoluteError => "absolute error",
        _ => "latency",
    };
}

/// <summary>A metric that must not be worse by more than a margin.</summary>
/// <param name="Margin">The loss tolerated, in the metric's unit; not negative.</param>
public sealed record Guardrail(TestMetric Metric, MetricGoal Goal, double Margin);

/// <summary>What is known of a unit before the test can touch it, for <see cref="Cuped"/>: one of the two.</summary>
/// <param name="Input">A numeric feature, as the unit's first request in the test has it.</param>
/// <param name="PrePeriodDays">The primary metric of the unit over so many days before the start.</param>
public sealed record Covariate(string? Input = null, int? PrePeriodDays = null);
