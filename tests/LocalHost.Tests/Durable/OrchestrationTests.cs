using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

public sealed class OrchestrationTests
{
    private static DurableHost NewHost() => new DurableHost()
        .Activity<int, int>("Double", number => 2 * number)
        .Activity<int, int>("Fail", number => throw new InvalidDataException($"no {number}"));

    [Fact]
    public async Task An_orchestration_returns_what_its_activities_made_of_the_input()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Chain", async context =>
        {
            var number = context.GetInput<int>();
            for (var i = 0; i < 5; i++)
            {
                number = await context.CallActivityAsync<int>("double", number);
            }

            return number;
        });

        Assert.Equal(96, await host.ResultAsync<int>("chain", 3));
    }

    [Fact]
    public async Task Results_of_a_fan_out_come_back_in_the_order_of_the_calls()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("FanOut", async context => await Task.WhenAll(
            Enumerable.Range(0, 500).Select(i => context.CallActivityAsync<int>("Double", i))));

        Assert.Equal(Enumerable.Range(0, 500).Select(i => 2 * i), await host.ResultAsync<int[]>("FanOut"));
    }

    [Fact]
    public async Task A_failed_activity_shows_its_details_to_the_orchestrator()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Catch", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Fail", 7);
            }
            catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<InvalidDataException>())
            {
                return $"{failure.TaskName} {failure.TaskId} {failure.FailureDetails.ErrorMessage}";
            }
        });

        Assert.Equal("Fail 0 no 7", await host.ResultAsync<string>("Catch"));
    }

    [Fact]
    public async Task An_uncaught_failure_fails_the_orchestration_and_keeps_its_cause()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Uncaught", context => context.CallActivityAsync<string>("Fail", 7));

        var ended = await host.RunAsync("Uncaught");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal(typeof(TaskFailedException).FullName, ended.FailureDetails?.ErrorType);
        Assert.Equal("Task 'Fail' (#0) failed with an unhandled exception: no 7", ended.FailureDetails?.ErrorMessage);
        Assert.Equal("System.IO.InvalidDataException: no 7", ended.FailureDetails?.InnerFailure?.ToString());
    }

    [Theory]
    [InlineData("Nowhere", "There is no orchestrator named 'Nowhere'.")]
    [InlineData("CallsNowhere", "Task 'Nothing' (#0) failed with an unhandled exception: There is no activity named 'Nothing'.")]
    public async Task A_name_that_nobody_has_is_a_failure_that_says_so(string orchestrator, string message)
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("CallsNowhere", context => context.CallActivityAsync<int>("Nothing"));

        Assert.Equal(message, (await host.RunAsync(orchestrator)).FailureDetails?.ErrorMessage);
    }

    [Fact]
    public async Task A_sub_orchestration_returns_its_result_and_knows_its_parent()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Child", async context =>
        {
            var doubled = await context.CallActivityAsync<int>("Double", context.GetInput<int>());
            return $"{context.Parent?.Name} {context.Parent?.InstanceId} {doubled}";
        });
        host.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child", 21));

        var ended = await host.RunAsync("Parent", instanceId: "p1");

        Assert.Equal("Parent p1 42", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_failed_sub_orchestration_fails_like_an_activity()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator<int>("Child", _ => throw new TimeoutException("too late"));
        host.Orchestrator("Parent", async context =>
        {
            var failure = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync<int>("Child"));
            return $"{failure.TaskName} {failure.FailureDetails}";
        });

        Assert.Equal("Child System.TimeoutException: too late", await host.ResultAsync<string>("Parent"));
    }

    [Fact]
    public async Task A_hundred_sub_orchestrations_run_side_by_side()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Child", context => context.CallActivityAsync<int>("Double", context.GetInput<int>()));
        host.Orchestrator("Parent", async context => (await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => context.CallSubOrchestratorAsync<int>("Child", i)))).Sum());

        Assert.Equal(9900, await host.ResultAsync<int>("Parent"));
    }

    [Fact]
    public async Task A_sub_orchestration_with_an_id_in_use_fails_for_its_caller()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Waits", context => context.WaitForExternalEvent<int>("never"));
        host.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<int>(
            "Waits", options: new SubOrchestrationOptions(instanceId: "taken")));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("taken"), DurableHost.Deadline);

        var ended = await host.RunAsync("Parent");

        Assert.Contains("'taken' is taken", ended.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Continue_as_new_begins_again_with_the_new_input()
    {
        await using var host = await NewHost().StartAsync();
        host.Orchestrator("Countdown", async context =>
        {
            var left = context.GetInput<int>();
            await context.CallActivityAsync<int>("Double", left);
            if (left > 0)
            {
                context.ContinueAsNew(left - 1);
            }

            return left;
        });

        var ended = await host.RunAsync("Countdown", 10);

        Assert.Equal((0, 0), (ended.ReadInputAs<int>(), ended.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task Payloads_beyond_the_limit_are_refused_where_they_arise()
    {
        await using var host = await NewHost().StartAsync();
        var large = new string('x', DurableOptions.MaxPayloadBytes);
        host.Activity<int, string>("Large", _ => large);
        host.Orchestrator("TakesLarge", context => context.CallActivityAsync<string>("Large"));

        await Assert.ThrowsAsync<ArgumentException>(() => host.RunAsync("TakesLarge", large));
        var ended = await host.RunAsync("TakesLarge");

        Assert.Contains("messages hold 262144", ended.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_turn_larger_than_a_commit_is_still_one_turn()
    {
        await using var host = await NewHost().StartAsync();
        var text = new string('"', 20_000);
        host.Activity<string, int>("Length", input => input?.Length ?? 0);
        host.Orchestrator("Wide", async context => (await Task.WhenAll(
            Enumerable.Range(0, 300).Select(_ => context.CallActivityAsync<int>("Length", text)))).Sum());

        Assert.Equal(6_000_000, await host.ResultAsync<int>("Wide"));
    }
}
