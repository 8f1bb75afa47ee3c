using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.DurableTask;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

public sealed class RestartTests
{
    [Fact]
    public async Task A_stopped_engine_cuts_activities_short_and_they_run_again_after_the_start()
    {
        await using var host = new DurableHost();
        var runs = 0;
        var isHanging = true;
        host.ActivityAsync<int, string>("Slow", async (_, cancellationToken) =>
        {
            Interlocked.Increment(ref runs);
            await Task.Delay(isHanging ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken);
            return "done";
        });
        host.Orchestrator("Waits", context => context.CallActivityAsync<string>("Slow"));
        await host.StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Waits", DurableHost.Deadline);
        await Eventually.TrueAsync(() => runs is 1, DurableHost.Deadline);

        await host.StopAsync();
        isHanging = false;
        await host.StartAsync();
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);

        Assert.Equal(("done", 2), (ended.ReadOutputAs<string>(), runs));
    }

    [Fact]
    public async Task What_is_recorded_is_not_run_again_however_often_an_instance_is_replayed()
    {
        await using var host = new DurableHost { Options = { MaxCachedInstances = 0 } };
        var runs = new ConcurrentDictionary<int, int>();
        host.Activity<int, int>("Count", i => runs.AddOrUpdate(i, 1, (_, times) => times + 1));
        host.Orchestrator("FanOut", async context => (await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => context.CallActivityAsync<int>("Count", i)))).Sum());
        await host.StartAsync();

        Assert.Equal(200, await host.ResultAsync<int>("FanOut"));
        Assert.All(runs.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_store_that_fails_now_and_then_only_delays()
    {
        await using var host = new DurableHost();
        host.Tables = new Flaky(host.Tables);
        host.Activity<int, int>("Double", number => 2 * number);
        host.Orchestrator("Child", context => context.CallActivityAsync<int>("Double", context.GetInput<int>()));
        host.Orchestrator("Chain", async context =>
        {
            var number = 1;
            for (var i = 0; i < 10; i++)
            {
                number = await (i % 3 is 0
                    ? context.CallSubOrchestratorAsync<int>("Child", number)
                    : context.CallActivityAsync<int>("Double", number));
            }

            return number;
        });
        await host.StartAsync();

        Assert.Equal(1024, await host.ResultAsync<int>("Chain"));
    }

    /// <summary>Small workflows of every kind of step, killed at a random commit again and again until they are through.</summary>
    [Fact]
    public void A_workflow_killed_between_any_two_commits_ends_as_if_nothing_had_happened()
    {
        var steps = Gen.Elements(Enum.GetValues<StepKind>());
        var cases =
            from plan in Gen.ListOf(steps, 6)
            from deaths in Gen.ListOf(Gen.Choose(1, 12), 5)
            from isMade in ArbMap.Default.GeneratorFor<bool>()
            select new Workflow([.. plan], [.. deaths], isMade);

        Prop.ForAll(cases.ToArbitrary(), workflow => workflow.CheckAsync())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    public enum StepKind
    {
        Activity,
        FanOut,
        Child,
        Timer,
        Send,
        Fail,
        Again,
    }

    public sealed record Workflow(IReadOnlyList<StepKind> Plan, IReadOnlyList<int> Deaths, bool IsLastMade)
    {
        public async Task<bool> CheckAsync()
        {
            await using var host = new DurableHost();
            var tables = host.Tables;
            var runs = new ConcurrentDictionary<string, int>();
            Prepare(host, runs);
            var deaths = new Queue<int>(Deaths);
            var isStarted = false;
            var recorded = new List<KeyValuePair<string, int>>();
            while (true)
            {
                var life = deaths.TryDequeue(out var commits) ? new KillSwitch(tables, commits, IsLastMade) : null;
                host.Tables = life ?? tables;
                await host.StartAsync();
                var ended = Task.Run(async () =>
                {
                    isStarted = isStarted || await host.Client.GetInstanceAsync("w", DurableHost.Deadline) is not null;
                    if (!isStarted)
                    {
                        await host.Client.ScheduleNewOrchestrationInstanceAsync(
                            "Workflow", 0, new StartOrchestrationOptions("w"), DurableHost.Deadline);
                    }

                    return await host.Client.WaitForInstanceCompletionAsync("w", true, DurableHost.Deadline);
                });
                if (await Task.WhenAny(ended, life?.Died ?? Task.Delay(Timeout.Infinite)) != ended)
                {
                    host.Abandon();
                    recorded.AddRange(await RecordedAsync(tables, runs));
                    continue;
                }

                if (life is not null)
                {
                    // It may still be tidying up and could die of that.
                    life.Kill();
                    await life.Died;
                    host.Abandon();
                }

                Assert.Equal(Expected(), (await ended).ReadOutputAs<string>());
                Assert.All(recorded, one => Assert.Equal(one.Value, runs[one.Key]));
                return true;
            }
        }

        /// <summary>How often the activities whose ends are on record have run so far: from now on, no more.</summary>
        private static async Task<List<KeyValuePair<string, int>>> RecordedAsync(ITableStore tables, ConcurrentDictionary<string, int> runs)
        {
            var store = new DurableStore(tables, "hub");
            if (await store.FindAsync("w", DurableHost.Deadline) is not { State: var state })
            {
                return [];
            }

            var history = await store.HistoryAsync("w", state.Generation, state.Batches, DurableHost.Deadline);
            var ended = history.OfType<TaskCompleted>().Select(end => end.Id).ToHashSet();
            var inputs = history.OfType<TaskScheduled>().Where(task => ended.Contains(task.Id)).Select(task => task.Input?.Trim('"'));
            return [.. runs.Where(run => inputs.Contains(run.Key))];
        }

        /// <summary>What the workflow says when nothing dies: each step's sign, from each generation the last one.</summary>
        private string Expected()
        {
            var last = Plan.ToList().FindLastIndex(step => step is StepKind.Again);
            return string.Concat(Plan.Skip(last + 1).Select(Sign)) + (last < 0 ? string.Empty : $" from {last + 1}");
        }

        public override string ToString() =>
            $"{string.Join(' ', Plan)}, dying after {string.Join(' ', Deaths)} commits, the last one {(IsLastMade ? "made" : "lost")}";

        private static string Sign(StepKind kind) => kind switch
        {
            StepKind.Activity => "a",
            StepKind.FanOut => "fff",
            StepKind.Child => "c",
            StepKind.Timer => "t",
            StepKind.Send => "s",
            StepKind.Fail => "x",
            _ => string.Empty,
        };

        private void Prepare(DurableHost host, ConcurrentDictionary<string, int> runs)
        {
            host.Activity<string, string>("Say", word =>
            {
                runs.AddOrUpdate(word ?? string.Empty, 1, (_, times) => times + 1);
                return word?.Split(' ')[0] ?? string.Empty;
            });
            host.Activity<int, int>("Fail", _ => throw new InvalidDataException("x"));
            host.Orchestrator("Child", context => context.CallActivityAsync<string>("Say", $"c {context.InstanceId}"));
            host.Orchestrator("Workflow", async context =>
            {
                var (from, said) = (context.GetInput<int>(), string.Empty);
                for (var i = from; i < Plan.Count; i++)
                {
                    if (Plan[i] is StepKind.Again)
                    {
                        context.ContinueAsNew(i + 1);
                        return string.Empty;
                    }

                    said += await TakeAsync(context, i);
                }

                return from is 0 ? said : $"{said} from {from}";
            });
        }

        private async Task<string> TakeAsync(TaskOrchestrationContext context, int i)
        {
            switch (Plan[i])
            {
                case StepKind.Activity:
                    return await context.CallActivityAsync<string>("Say", $"a {i}");
                case StepKind.FanOut:
                    return string.Concat(await Task.WhenAll(
                        Enumerable.Range(0, 3).Select(j => context.CallActivityAsync<string>("Say", $"f {i} {j}"))));
                case StepKind.Child:
                    return await context.CallSubOrchestratorAsync<string>("Child");
                case StepKind.Timer:
                    await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                    return "t";
                case StepKind.Send:
                    context.SendEvent(context.InstanceId, $"to self {i}", "s");
                    return await context.WaitForExternalEvent<string>($"to self {i}");
                default:
                    try
                    {
                        await context.CallActivityAsync<int>("Fail");
                        return "?";
                    }
                    catch (TaskFailedException failure)
                    {
                        return failure.FailureDetails.ErrorMessage;
                    }
            }
        }
    }

    /// <summary>Every third commit fails, half of those after having been made.</summary>
    private sealed class Flaky(ITableStore tables) : ITableStore
    {
        private int _commits;

        public Task<TableRow?> FindAsync(TableKey key, CancellationToken cancellationToken) => tables.FindAsync(key, cancellationToken);

        public Task<TablePage> ScanAsync(TableScan scan, CancellationToken cancellationToken) => tables.ScanAsync(scan, cancellationToken);

        public async Task<CommitOutcome> CommitAsync(
            string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _commits);
            if (number <= 4 || number % 3 != 0)
            {
                return await tables.CommitAsync(partition, writes, cancellationToken);
            }

            if (number % 2 is 0)
            {
                await tables.CommitAsync(partition, writes, cancellationToken);
            }

            throw new IOException("The disk is having a moment.");
        }
    }
}
