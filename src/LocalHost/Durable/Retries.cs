using Microsoft.DurableTask;

namespace Mlops.LocalHost.Durable;

/// <summary>Calls a task again after it failed, by policy or by handler, waiting on durable timers.</summary>
internal static class Retries
{
    public static Task<T> RunAsync<T>(TaskOrchestrationContext context, TaskRetryOptions? retry, Func<Task<T>> call) => retry switch
    {
        { Policy: { } policy } => ByPolicyAsync(context, policy, call),
        { Handler: { } handler } => ByHandlerAsync(context, handler, call),
        _ => call(),
    };

    private static async Task<T> ByPolicyAsync<T>(TaskOrchestrationContext context, RetryPolicy policy, Func<Task<T>> call)
    {
        var began = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failure)
                when (attempt < policy.MaxNumberOfAttempts
                    && !IsTooLate(context, policy, began)
                    && policy.Handle(CoreFailure.Of(failure.FailureDetails)))
            {
                await context.CreateTimer(DelayAfter(policy, attempt), CancellationToken.None);
            }
        }
    }

    private static async Task<T> ByHandlerAsync<T>(TaskOrchestrationContext context, AsyncRetryHandler handler, Func<Task<T>> call)
    {
        var began = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failure)
            {
                var retry = new RetryContext(
                    context, attempt, failure.FailureDetails, context.CurrentUtcDateTime - began, CancellationToken.None);
                if (!await handler(retry))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>first x coefficient^(attempt - 1), at most the policy's longest interval.</summary>
    private static TimeSpan DelayAfter(RetryPolicy policy, int attempt)
    {
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return milliseconds >= longest.TotalMilliseconds ? longest : TimeSpan.FromMilliseconds(milliseconds);
    }

    private static bool IsTooLate(TaskOrchestrationContext context, RetryPolicy policy, DateTime began) =>
        policy.RetryTimeout != Timeout.InfiniteTimeSpan && context.CurrentUtcDateTime - began >= policy.RetryTimeout;
}
