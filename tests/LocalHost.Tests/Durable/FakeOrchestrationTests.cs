using Microsoft.DurableTask;

namespace Mlops.LocalHost.Durable;

/// <summary>The fake must say what the engine says, or tests on it prove nothing.</summary>
public sealed class FakeOrchestrationTests
{
    private sealed record Order(string Item, int Count);

    private static async Task<string> RunAsync(TaskOrchestrationContext context)
    {
        var order = context.GetInput<Order>() ?? new Order("nothing", 0);
        context.SetCustomStatus(order.Item);
        var price = await context.CallActivityAsync<int>("Price", order);
        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)));
        try
        {
            await context.CallActivityAsync("Refuse", price, options);
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<TimeoutException>())
        {
            return $"{order.Item} {price} {await context.WaitForExternalEvent<string>("answer")} {failure.Message}";
        }

        return "?";
    }

    [Fact]
    public async Task The_fake_and_the_engine_take_an_orchestrator_the_same_way()
    {
        var fake = new FakeOrchestration(new Order("tea", 3))
            .On<Order>("Price", order => order.Count * 7)
            .On<int>("Refuse", _ => throw new TimeoutException("closed"))
            .Raise("answer", "yes");
        await using var host = new DurableHost();
        host.Activity<Order, int>("Price", order => (order?.Count ?? 0) * 7)
            .Activity<int, int>("Refuse", _ => throw new TimeoutException("closed"))
            .Orchestrator("Shop", RunAsync);
        await host.StartAsync();
        var running = host.RunAsync("Shop", new Order("tea", 3), "shop");
        await Eventually.TrueAsync(
            async () => await host.Client.GetInstanceAsync("shop", DurableHost.Deadline) is not null, DurableHost.Deadline);
        await host.Client.RaiseEventAsync("shop", "answer", "yes", DurableHost.Deadline);
        var real = await running;

        var faked = await RunAsync(fake);

        // Timers are steps too, and the fake has none: the failed step's number differs.
        static string WithoutStep(string? text) => System.Text.RegularExpressions.Regex.Replace(text ?? string.Empty, "#[0-9]+", "#");
        Assert.Equal(WithoutStep(real.ReadOutputAs<string>()), WithoutStep(faked));
        Assert.Equal(real.SerializedCustomStatus, fake.Statuses.Single());
        Assert.Equal(["Price", "Refuse", "Refuse", "Refuse"], fake.Calls.Select(call => call.Activity));
    }

    [Fact]
    public async Task A_call_that_the_test_does_not_answer_is_named()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(new FakeOrchestration(new Order("tea", 1))));

        Assert.Contains("'Price'", refusal.Message, StringComparison.Ordinal);
    }
}
