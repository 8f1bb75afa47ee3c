using Microsoft.DurableTask;

namespace Mlops.LocalHost.Durable;

public sealed class RetryTests
{
    private static async Task<(string? Result, int Calls, double Seconds)> RunAsync(
        TaskOptions options, int failures, Exception? failure = null)
    {
        var time = new FakeTimeProvider();
        await using var host = await new DurableHost(time).StartAsync();
        var calls = 0;
        host.Activity<int, string>(
            "Shaky", _ => Interlocked.Increment(ref calls) <= failures ? throw failure ?? new TimeoutException() : "done");
        host.Orchestrator("Retries", async context =>
        {
            var began = context.CurrentUtcDateTime;
            try
            {
                await context.CallActivityAsync<string>("Shaky", options);
                return ("done", (context.CurrentUtcDateTime - began).TotalSeconds).ToString();
            }
            catch (TaskFailedException)
            {
                return ("failed", (context.CurrentUtcDateTime - began).TotalSeconds).ToString();
            }
        });
        var running = host.RunAsync("Retries");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
                return running.IsCompleted;
            },
            DurableHost.Deadline);
        var parts = ((await running).ReadOutputAs<string>() ?? string.Empty).Trim('(', ')').Split(", ");
        return (parts[0], calls, double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(2, "done", 3)]
    [InlineData(9, "failed", 4)]
    public async Task A_policy_tries_as_often_as_it_says(int failures, string expected, int calls)
    {
        var policy = new RetryPolicy(4, TimeSpan.FromSeconds(1), backoffCoefficient: 2);

        var (result, called, _) = await RunAsync(TaskOptions.FromRetryPolicy(policy), failures);

        Assert.Equal((expected, calls), (result, called));
    }

    [Fact]
    public async Task Waits_grow_by_the_coefficient_up_to_the_longest()
    {
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(1), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromSeconds(5));

        var (_, _, seconds) = await RunAsync(TaskOptions.FromRetryPolicy(policy), failures: 4);

        Assert.InRange(seconds, 1 + 3 + 5 + 5, 1 + 3 + 5 + 5 + 8);
    }

    [Fact]
    public async Task A_policy_that_does_not_mean_this_failure_does_not_retry()
    {
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(1)) { HandleFailure = failure => failure.IsCausedBy<TimeoutException>() };

        var (result, calls, _) = await RunAsync(TaskOptions.FromRetryPolicy(policy), failures: 3, new InvalidDataException());

        Assert.Equal(("failed", 1), (result, calls));
    }

    [Fact]
    public async Task A_policy_that_means_this_failure_retries()
    {
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(1)) { HandleFailure = failure => failure.IsCausedBy<InvalidDataException>() };

        var (result, calls, _) = await RunAsync(TaskOptions.FromRetryPolicy(policy), failures: 3, new InvalidDataException());

        Assert.Equal(("done", 4), (result, calls));
    }

    [Fact]
    public async Task A_handler_decides_by_the_attempt_and_the_failure()
    {
        var seen = new List<int>();
        var options = TaskOptions.FromRetryHandler(retry =>
        {
            lock (seen)
            {
                seen.Add(retry.LastAttemptNumber);
            }

            return retry.LastAttemptNumber < 3 && retry.LastFailure.IsCausedBy<TimeoutException>();
        });

        var (result, calls, _) = await RunAsync(options, failures: 9);

        Assert.Equal(("failed", 3), (result, calls));
        Assert.Equal([1, 2, 3], seen);
    }

    [Fact]
    public async Task A_handler_may_wait_on_a_durable_timer()
    {
        var options = TaskOptions.FromRetryHandler(async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromSeconds(30), CancellationToken.None);
            return true;
        });

        var (result, _, seconds) = await RunAsync(options, failures: 2);

        Assert.Equal("done", result);
        Assert.True(seconds >= 60, $"{seconds} s");
    }
}
