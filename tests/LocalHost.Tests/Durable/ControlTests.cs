using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

public sealed class ControlTests
{
    private static DurableHost NewHost(TimeProvider? time = null) => new DurableHost(time)
        .Activity<int, int>("Double", number => 2 * number)
        .Orchestrator("Waits", context => context.WaitForExternalEvent<int>("go"))
        .Orchestrator("Echo", context => Task.FromResult(context.GetInput<int>()));

    private static Task<string> StartAsync(DurableHost host, string name, string id, object? input = null) =>
        host.Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), DurableHost.Deadline);

    private static async Task<OrchestrationRuntimeStatus?> StatusAsync(DurableHost host, string id) =>
        (await host.Client.GetInstanceAsync(id, DurableHost.Deadline))?.RuntimeStatus;

    [Fact]
    public async Task An_id_that_is_running_cannot_be_started_again()
    {
        await using var host = await NewHost().StartAsync();
        await StartAsync(host, "Waits", "one");

        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(host, "Waits", "one"));
    }

    [Fact]
    public async Task Of_many_starts_of_one_id_one_wins()
    {
        await using var host = await NewHost().StartAsync();

        var wins = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await StartAsync(host, "Waits", "one");
                return 1;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }));

        Assert.Equal(1, wins.Sum());
    }

    [Fact]
    public async Task An_id_that_has_ended_may_be_used_again_unless_that_is_excluded()
    {
        await using var host = await NewHost().StartAsync();
        Assert.Equal(1, (await host.RunAsync("Echo", 1, "one")).ReadOutputAs<int>());
        Assert.Equal(2, (await host.RunAsync("Echo", 2, "one")).ReadOutputAs<int>());

        var once = new StartOrchestrationOptions("one").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 3, once, DurableHost.Deadline));
    }

    [Fact]
    public async Task A_running_instance_is_replaced_if_its_status_is_not_among_those_that_protect_it()
    {
        await using var host = await NewHost().StartAsync();
        await StartAsync(host, "Waits", "one");
        await host.Client.WaitForInstanceStartAsync("one", DurableHost.Deadline);
        var replacing = new StartOrchestrationOptions("one").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);

        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 9, replacing, DurableHost.Deadline);
        var ended = await host.Client.WaitForInstanceCompletionAsync("one", true, DurableHost.Deadline);

        Assert.Equal(("Echo", 9), (ended.Name, ended.ReadOutputAs<int>()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("@entity")]
    [InlineData("tab\t")]
    public async Task Ids_that_Azure_would_refuse_are_refused(string id)
    {
        await using var host = await NewHost().StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(host, "Waits", id));
    }

    [Fact]
    public async Task Unusual_ids_are_kept_apart_and_come_back_as_they_were()
    {
        await using var host = await NewHost().StartAsync();
        string[] ids = ["a~b", "a%b", "a'b", "größe", "a b", "~0025"];
        foreach (var id in ids)
        {
            await host.RunAsync("Echo", 1, id);
        }

        var listed = await host.Client.GetAllInstancesAsync().Select(instance => instance.InstanceId).ToListAsync(DurableHost.Deadline);

        Assert.Equal(ids.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_terminated_instance_stops_with_the_given_output()
    {
        await using var host = await NewHost().StartAsync();
        await StartAsync(host, "Waits", "one");

        await host.Client.TerminateInstanceAsync("one", "enough", DurableHost.Deadline);
        var ended = await host.Client.WaitForInstanceCompletionAsync("one", true, DurableHost.Deadline);

        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (ended.RuntimeStatus, ended.ReadOutputAs<string>()));
    }

    [Theory]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    public async Task Terminating_reaches_sub_orchestrations_only_when_recursive(bool recursive, OrchestrationRuntimeStatus expected)
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<int>(
            "Waits", options: new SubOrchestrationOptions(instanceId: "child")));
        await StartAsync(host, "Parent", "parent");
        await Eventually.TrueAsync(
            async () => await StatusAsync(host, "child") is OrchestrationRuntimeStatus.Running, DurableHost.Deadline);

        await host.Client.TerminateInstanceAsync("parent", new TerminateInstanceOptions(null, recursive), DurableHost.Deadline);
        await host.Client.WaitForInstanceCompletionAsync("parent", DurableHost.Deadline);

        await Eventually.TrueAsync(async () => await StatusAsync(host, "child") == expected, DurableHost.Deadline);
    }

    [Fact]
    public async Task A_suspended_instance_acts_on_nothing_until_it_is_resumed()
    {
        await using var host = await NewHost().StartAsync();
        await StartAsync(host, "Waits", "one");
        await host.Client.SuspendInstanceAsync("one", "wait", DurableHost.Deadline);
        await Eventually.TrueAsync(
            async () => await StatusAsync(host, "one") is OrchestrationRuntimeStatus.Suspended, DurableHost.Deadline);

        await host.Client.RaiseEventAsync("one", "go", 3, DurableHost.Deadline);
        await host.StopAsync();
        await host.StartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, await StatusAsync(host, "one"));
        await host.Client.ResumeInstanceAsync("one", "go on", DurableHost.Deadline);

        Assert.Equal(3, (await host.Client.WaitForInstanceCompletionAsync("one", true, DurableHost.Deadline)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task The_custom_status_is_seen_while_the_orchestration_runs()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Reports", async context =>
        {
            context.SetCustomStatus(new { Step = "training", Done = 0.5 });
            return await context.WaitForExternalEvent<int>("go");
        });
        await StartAsync(host, "Reports", "one");
        await host.Client.WaitForInstanceStartAsync("one", DurableHost.Deadline);

        var running = await host.Client.GetInstanceAsync("one", true, DurableHost.Deadline);
        Assert.Equal("""{"Step":"training","Done":0.5}""", running?.SerializedCustomStatus);
    }

    [Fact]
    public async Task Only_what_has_ended_is_purged_and_nothing_of_it_stays()
    {
        await using var host = await NewHost().StartAsync();
        await StartAsync(host, "Waits", "runs");
        await host.RunAsync("Echo", 1, "ended");

        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("runs", DurableHost.Deadline)).PurgedInstanceCount);
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("unknown", DurableHost.Deadline)).PurgedInstanceCount);
        Assert.Equal(1, (await host.Client.PurgeInstanceAsync("ended", DurableHost.Deadline)).PurgedInstanceCount);

        Assert.Null(await host.Client.GetInstanceAsync("ended", DurableHost.Deadline));
        var rows = await host.Tables.ScanAsync(new Storage.TableScan("durable:hub:instance:ended"), DurableHost.Deadline);
        Assert.Empty(rows.Rows);
    }

    [Fact]
    public async Task A_recursive_purge_takes_sub_orchestrations_along()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<int>("Echo", 1));
        await host.RunAsync("Parent", instanceId: "parent");

        var purged = await host.Client.PurgeInstanceAsync("parent", new PurgeInstanceOptions(Recursive: true), DurableHost.Deadline);

        Assert.Equal(2, purged.PurgedInstanceCount);
    }

    [Fact]
    public async Task A_query_filters_by_prefix_and_status_and_pages_through_everything_once()
    {
        await using var host = await NewHost().StartAsync();
        for (var i = 0; i < 25; i++)
        {
            await host.RunAsync("Echo", i, $"done-{i:d2}");
        }

        await StartAsync(host, "Waits", "done-but-not");
        var query = new OrchestrationQuery(InstanceIdPrefix: "done-", Statuses: [OrchestrationRuntimeStatus.Completed], PageSize: 10);

        var pages = await host.Client.GetAllInstancesAsync(query).AsPages().ToListAsync(DurableHost.Deadline);

        Assert.Equal([10, 10, 5], pages.Select(page => page.Values.Count));
        Assert.Equal(
            Enumerable.Range(0, 25).Select(i => $"done-{i:d2}"), pages.SelectMany(page => page.Values).Select(one => one.InstanceId));
    }

    [Fact]
    public async Task Purging_by_filter_counts_what_it_took()
    {
        var time = new FakeTimeProvider();
        await using var host = await NewHost(time).StartAsync();
        await host.RunAsync("Echo", 1, "old");
        time.Advance(TimeSpan.FromDays(1));
        await host.RunAsync("Echo", 1, "new");

        var purged = await host.Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(CreatedTo: time.GetUtcNow().AddHours(-1)), DurableHost.Deadline);

        Assert.Equal((1, true), (purged.PurgedInstanceCount, purged.IsComplete));
        Assert.Equal(["new"], (await host.Client.ListInstanceIdsAsync(cancellation: DurableHost.Deadline)).Values);
    }

    [Fact]
    public async Task A_restart_runs_the_same_input_again()
    {
        await using var host = await NewHost().StartAsync();
        await host.RunAsync("Echo", 4, "one");

        var id = await host.Client.RestartAsync("one", restartWithNewInstanceId: true, DurableHost.Deadline);

        Assert.Equal(4, (await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline)).ReadOutputAs<int>());
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.RestartAsync("unknown", false, DurableHost.Deadline));
    }

    [Fact]
    public async Task No_more_activities_run_at_once_than_allowed()
    {
        await using var host = new DurableHost { Options = { MaxConcurrentActivities = 3 } };
        var (now, most) = (0, 0);
        host.ActivityAsync<int, int>("Busy", async (_, cancellationToken) =>
        {
            var here = Interlocked.Increment(ref now);
            InterlockedMax(ref most, here);
            await Task.Delay(2, cancellationToken);
            Interlocked.Decrement(ref now);
            return 0;
        });
        host.Orchestrator("FanOut", async context => (await Task.WhenAll(
            Enumerable.Range(0, 30).Select(i => context.CallActivityAsync<int>("Busy", i)))).Length);
        await host.StartAsync();

        Assert.Equal(30, await host.ResultAsync<int>("FanOut"));
        Assert.InRange(most, 2, 3);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref most, value, seen) is var found && found == seen ? value : found;
        }
    }
}
