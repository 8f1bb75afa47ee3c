namespace Microsoft.Azure.Functions.Worker;

/// <summary>How often the host repeats a failed invocation.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    // Public, as the official abstract class has it.
    public RetryAttribute()
    {
    }

    public int MaxRetryCount { get; set; }
}

/// <summary>Repeats after the same delay each time.</summary>
public sealed class FixedDelayRetryAttribute : RetryAttribute
{
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval) =>
        (MaxRetryCount, DelayInterval) = (maxRetryCount, delayInterval);

    public string DelayInterval { get; }
}

/// <summary>Repeats after a delay that grows from the minimum to the maximum.</summary>
public sealed class ExponentialBackoffRetryAttribute : RetryAttribute
{
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval) =>
        (MaxRetryCount, MinimumInterval, MaximumInterval) = (maxRetryCount, minimumInterval, maximumInterval);

    public string MinimumInterval { get; }

    public string MaximumInterval { get; }
}
