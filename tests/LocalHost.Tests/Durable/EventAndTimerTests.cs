using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

public sealed class EventAndTimerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Events_raised_before_anybody_waits_are_kept_in_their_order()
    {
        await using var host = await new DurableHost().StartAsync();
        host.Orchestrator("Collect", async context =>
        {
            await context.WaitForExternalEvent<bool>("go");
            return new[]
            {
                await context.WaitForExternalEvent<string>("word"), await context.WaitForExternalEvent<string>("WORD"),
            };
        });
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Collect", DurableHost.Deadline);

        await host.Client.RaiseEventAsync(id, "Word", "first", DurableHost.Deadline);
        await host.Client.RaiseEventAsync(id, "word", "second", DurableHost.Deadline);
        await host.Client.RaiseEventAsync(id, "go", true, DurableHost.Deadline);
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);

        Assert.Equal(["first", "second"], ended.ReadOutputAs<List<string>>() ?? []);
    }

    [Fact]
    public async Task An_event_for_nobody_is_dropped_without_a_word()
    {
        await using var host = await new DurableHost().StartAsync();
        host.Orchestrator("Ends", _ => Task.FromResult(1));
        var ended = await host.RunAsync("Ends");

        await host.Client.RaiseEventAsync("nobody", "e", 1, DurableHost.Deadline);
        await host.Client.RaiseEventAsync(ended.InstanceId, "e", 1, DurableHost.Deadline);

        Assert.Null(await host.Client.GetInstanceAsync("nobody", DurableHost.Deadline));
    }

    [Fact]
    public async Task The_latest_waiter_is_served_first_and_a_cancelled_one_never()
    {
        await using var host = await new DurableHost().StartAsync();
        host.Orchestrator("Waits", async context =>
        {
            using var cancelled = new CancellationTokenSource();
            var early = context.WaitForExternalEvent<int>("e", CancellationToken.None);
            var late = context.WaitForExternalEvent<int>("e", CancellationToken.None);
            var gone = context.WaitForExternalEvent<int>("e", cancelled.Token);
            cancelled.Cancel();
            var results = await Task.WhenAll(early, late);
            return $"{results[0]} {results[1]} {gone.IsCanceled}";
        });
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Waits", DurableHost.Deadline);

        await host.Client.RaiseEventAsync(id, "e", 1, DurableHost.Deadline);
        await host.Client.RaiseEventAsync(id, "e", 2, DurableHost.Deadline);
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);

        Assert.Equal("2 1 True", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_sent_by_an_orchestration_reaches_another_one()
    {
        await using var host = await new DurableHost().StartAsync();
        host.Orchestrator("Receiver", context => context.WaitForExternalEvent<string>("hello"));
        host.Orchestrator("Sender", context =>
        {
            context.SendEvent("receiver", "hello", "from " + context.InstanceId);
            return Task.FromResult(0);
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync(
            "Receiver", new StartOrchestrationOptions("receiver"), DurableHost.Deadline);

        await host.RunAsync("Sender", instanceId: "sender");
        var ended = await host.Client.WaitForInstanceCompletionAsync("receiver", true, DurableHost.Deadline);

        Assert.Equal("from sender", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_fires_when_the_clock_says_so_and_not_before()
    {
        var time = new FakeTimeProvider();
        await using var host = await new DurableHost(time).StartAsync();
        host.Orchestrator("Sleeps", async context =>
        {
            var began = context.CurrentUtcDateTime;
            await context.CreateTimer(Hour, CancellationToken.None);
            return context.CurrentUtcDateTime - began;
        });
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps", DurableHost.Deadline);
        await Eventually.TrueAsync(() => time.WaitingTimers > 0, DurableHost.Deadline);

        time.Advance(Hour - TimeSpan.FromSeconds(1));
        Assert.False((await host.Client.GetInstanceAsync(id, DurableHost.Deadline))?.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);

        Assert.Equal(Hour, ended.ReadOutputAs<TimeSpan>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wait_with_a_timeout_ends_by_the_event_or_by_the_timer(bool isRaised)
    {
        var time = new FakeTimeProvider();
        await using var host = await new DurableHost(time).StartAsync();
        host.Orchestrator("Waits", async context =>
        {
            try
            {
                return await context.WaitForExternalEvent<string>("approval", Hour);
            }
            catch (OperationCanceledException)
            {
                return "too late";
            }
        });
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Waits", DurableHost.Deadline);
        await Eventually.TrueAsync(() => time.WaitingTimers > 0, DurableHost.Deadline);

        if (isRaised)
        {
            await host.Client.RaiseEventAsync(id, "approval", "yes", DurableHost.Deadline);
        }
        else
        {
            time.Advance(Hour);
        }

        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);
        Assert.Equal(isRaised ? "yes" : "too late", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_set_before_a_restart_fires_after_it()
    {
        var time = new FakeTimeProvider();
        await using var host = await new DurableHost(time).StartAsync();
        host.Orchestrator("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(100), CancellationToken.None);
            return "awake";
        });
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps", DurableHost.Deadline);
        await host.Client.WaitForInstanceStartAsync(id, DurableHost.Deadline);

        await host.StopAsync();
        time.Advance(TimeSpan.FromDays(101));
        await host.StartAsync();
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);

        Assert.Equal("awake", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_delayed_start_waits_for_its_time_and_keeps_what_comes_meanwhile()
    {
        var time = new FakeTimeProvider();
        await using var host = await new DurableHost(time).StartAsync();
        host.Orchestrator("Later", context => context.WaitForExternalEvent<int>("e"));
        var start = new StartOrchestrationOptions(StartAt: time.GetUtcNow() + Hour);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Later", start, DurableHost.Deadline);
        await host.Client.RaiseEventAsync(id, "e", 5, DurableHost.Deadline);
        await Eventually.TrueAsync(() => time.WaitingTimers > 0, DurableHost.Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id, DurableHost.Deadline))?.RuntimeStatus);
        time.Advance(Hour);
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);

        Assert.Equal(5, ended.ReadOutputAs<int>());
    }

    [Theory]
    [InlineData(true, "kept")]
    [InlineData(false, null)]
    public async Task Continue_as_new_carries_unprocessed_events_only_if_asked_to(bool preserve, string? expected)
    {
        await using var host = await new DurableHost().StartAsync();
        host.Orchestrator("Twice", async context =>
        {
            if (context.GetInput<bool>())
            {
                await context.WaitForExternalEvent<bool>("go");
                context.ContinueAsNew(false, preserve);
                return null;
            }

            var word = context.WaitForExternalEvent<string>("word");
            var late = context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            return await Task.WhenAny(word, late) == word ? await word : null;
        });
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Twice", true, DurableHost.Deadline);

        await host.Client.RaiseEventAsync(id, "word", "kept", DurableHost.Deadline);
        await host.Client.RaiseEventAsync(id, "go", true, DurableHost.Deadline);
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);

        Assert.Equal(expected, ended.ReadOutputAs<string>());
    }
}
