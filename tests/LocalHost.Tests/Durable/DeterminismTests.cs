using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Durable;

public sealed class DeterminismTests
{
    /// <summary>Lets an orchestration get as far as waiting for an event, changes its code, and lets the new code replay.</summary>
    private static async Task<string?> FailureAfterChangeAsync(
        Func<TaskOrchestrationContext, Task<int>> before, Func<TaskOrchestrationContext, Task<int>> after)
    {
        await using var host = new DurableHost();
        host.Activity<int, int>("A", number => number).Activity<int, int>("B", number => number).Orchestrator("Changing", before);
        await host.StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Changing", new StartOrchestrationOptions("c"), DurableHost.Deadline);
        await Eventually.TrueAsync(
            async () => (await host.Client.GetInstanceAsync("c", true, DurableHost.Deadline))?.SerializedCustomStatus is "\"waiting\"",
            DurableHost.Deadline);
        await host.StopAsync();

        host.Orchestrator("Changing", after);
        await host.StartAsync();
        await host.Client.RaiseEventAsync("c", "go", 1, DurableHost.Deadline);
        return (await host.Client.WaitForInstanceCompletionAsync("c", true, DurableHost.Deadline)).FailureDetails?.ErrorMessage;
    }

    private static async Task<int> WaitAsync(TaskOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<int>("go");
    }

    [Fact]
    public async Task Unchanged_code_goes_on_where_it_was() =>
        Assert.Null(await FailureAfterChangeAsync(OneThenWaitAsync, OneThenWaitAsync));

    [Fact]
    public async Task Another_activity_in_a_recorded_place_is_named()
    {
        var message = await FailureAfterChangeAsync(OneThenWaitAsync, async context =>
        {
            await context.CallActivityAsync<int>("B");
            return await WaitAsync(context);
        });

        Assert.Contains("history has activity 'A' as step 0, the orchestrator now called activity 'B'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_catches_everything_does_not_hide_it()
    {
        var message = await FailureAfterChangeAsync(OneThenWaitAsync, async context =>
        {
            try
            {
                await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            }
            catch (InvalidOperationException)
            {
            }

            return await WaitAsync(context);
        });

        Assert.Contains("history has activity 'A' as step 0, the orchestrator now called a timer", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_is_no_longer_taken_is_named()
    {
        var message = await FailureAfterChangeAsync(OneThenWaitAsync, WaitAsync);

        Assert.Contains("activity 'A'", message, StringComparison.Ordinal);
        Assert.Contains("step 0", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_is_not_the_contexts_fails_the_orchestration_and_says_why()
    {
        await using var host = await new DurableHost().StartAsync();
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Orchestrator("Escapes", async _ =>
        {
            await foreign.Task;
            return 1;
        });

        var ended = await host.RunAsync("Escapes");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Contains("awaits only tasks of its context", ended.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_escape_beside_a_durable_task_is_noticed_when_it_comes_back()
    {
        await using var host = await new DurableHost().StartAsync();
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Orchestrator("Escapes", async context => await await Task.WhenAny(
            context.WaitForExternalEvent<int>("never"), BackAsync()));
        async Task<int> BackAsync()
        {
            await foreign.Task;
            return 1;
        }

        var running = host.RunAsync("Escapes", instanceId: "e");
        await Eventually.TrueAsync(
            async () => (await host.Client.GetInstanceAsync("e", DurableHost.Deadline))?.IsRunning ?? false, DurableHost.Deadline);
        foreign.SetResult();

        Assert.Contains("awaits only tasks of its context", (await running).FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Going_on_without_the_context_fails_the_orchestration()
    {
        await using var host = await new DurableHost().Activity<int, int>("A", number => number).StartAsync();
        host.Orchestrator("Escapes", async context =>
        {
            await context.CallActivityAsync<int>("A").ConfigureAwait(false);
            return await context.CallActivityAsync<int>("A").ConfigureAwait(false);
        });

        Assert.Contains(
            "awaits only tasks of its context", (await host.RunAsync("Escapes")).FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guids_and_the_clock_are_the_same_at_every_replay_and_differ_within_one()
    {
        await using var host = new DurableHost { Options = { MaxCachedInstances = 0 } };
        var seen = new ConcurrentDictionary<string, int>();
        host.Activity<int, int>("A", number => number).Orchestrator("Notes", async context =>
        {
            var notes = new List<string>();
            for (var i = 0; i < 4; i++)
            {
                notes.Add($"{context.NewGuid()} {context.NewGuid()} {context.CurrentUtcDateTime:o}");
                seen.AddOrUpdate(notes[^1], 1, (_, times) => times + 1);
                await context.CallActivityAsync<int>("A", i);
            }

            return notes;
        });
        await host.StartAsync();

        var notes = await host.ResultAsync<string[]>("Notes");

        Assert.Equal(4, notes?.Distinct().Count());
        Assert.Equal(notes?.Order(), seen.Keys.Order());
        Assert.True(seen[notes?[0] ?? string.Empty] > 1, "It was never replayed.");
    }

    [Fact]
    public async Task A_replay_safe_logger_writes_each_line_once_however_often_it_is_replayed()
    {
        using var lines = new Lines();
        await using var host = new DurableHost { Options = { MaxCachedInstances = 0 }, Loggers = lines };
        var replays = 0;
        host.Activity<int, int>("A", number => number).Orchestrator("Logs", async context =>
        {
            var logger = context.CreateReplaySafeLogger("orchestration");
            for (var i = 0; i < 4; i++)
            {
                replays += context.IsReplaying ? 1 : 0;
                logger.Log(LogLevel.Information, default, i, null, (line, _) => $"line {line}");
                await context.CallActivityAsync<int>("A", i);
            }

            return 0;
        });
        await host.StartAsync();
        await host.ResultAsync<int>("Logs");

        Assert.True(replays > 0, "It was never replayed.");
        var written = lines.Written.Where(line => line.StartsWith("line", StringComparison.Ordinal));
        Assert.Equal(["line 0", "line 1", "line 2", "line 3"], written);
    }

    private static async Task<int> OneThenWaitAsync(TaskOrchestrationContext context)
    {
        await context.CallActivityAsync<int>("A");
        return await WaitAsync(context);
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception));
    }
}
