namespace Microsoft.DurableTask;

/// <summary>Retries said as data: at most so many attempts, so far apart.</summary>
public class RetryPolicy
{
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        Require(maxNumberOfAttempts > 0, nameof(maxNumberOfAttempts), maxNumberOfAttempts, "greater than zero");
        Require(firstRetryInterval > TimeSpan.Zero, nameof(firstRetryInterval), firstRetryInterval, "greater than zero");
        Require(!(backoffCoefficient < 1.0), nameof(backoffCoefficient), backoffCoefficient, "greater or equal to 1.0");
        Require(
            !(maxRetryInterval < firstRetryInterval) || maxRetryInterval == Timeout.InfiniteTimeSpan,
            nameof(maxRetryInterval), maxRetryInterval, $"greater or equal to the value for {nameof(firstRetryInterval)}");
        Require(
            !(retryTimeout < firstRetryInterval) || retryTimeout == Timeout.InfiniteTimeSpan,
            nameof(retryTimeout), retryTimeout, $"greater or equal to the value for {nameof(firstRetryInterval)}");

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        Handle = static _ => true;
    }

    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan MaxRetryInterval { get; }

    public TimeSpan RetryTimeout { get; }

    public Func<Exception, bool> Handle { get; private init; }

    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            Handle = exception => value(exception is TaskFailedException failed
                ? failed.FailureDetails
                : TaskFailureDetails.FromException(exception));
        }
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The value for {name} must be {rule}.");
        }
    }
}
