using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.LocalHost.Functions;
using Mlops.Storage;

namespace Mlops.LocalHost.Timers;

/// <summary>Timers on a clock that stands still until it is moved.</summary>
public sealed class TimerFunctionsTests : IAsyncDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TempFolder _folder = new();
    private readonly SqliteStorage _storage;
    private readonly FakeTimeProvider _time = new();
    private readonly Runs _runs = new();
    private readonly List<(TimerFunctions Timers, ServiceProvider Services)> _started = [];

    public TimerFunctionsTests() => _storage = SqliteStorage.Open(_folder.Path, _time, new SequentialIds());

    [Fact]
    public async Task A_timer_runs_at_each_of_its_times()
    {
        await StartAsync<Hourly>();

        for (var i = 1; i <= 3; i++)
        {
            await AdvanceAsync(Hour);
            await Eventually.TrueAsync(() => _runs.All.Count == i);
        }

        Assert.Equal([1, 2, 3], _runs.All.Select(run => run.At.Hour));
        Assert.All(_runs.All, run => Assert.False(run.Info.IsPastDue));
        Assert.Equal(_runs.All[1].At.UtcDateTime, _runs.All[2].Info.ScheduleStatus?.Last);
        Assert.Equal(_runs.All[2].At.UtcDateTime + Hour, _runs.All[2].Info.ScheduleStatus?.Next);
    }

    [Fact]
    public async Task Between_its_times_a_timer_does_not_run()
    {
        await StartAsync<Hourly>();

        await AdvanceAsync(Hour - TimeSpan.FromSeconds(1));

        Assert.Empty(_runs.All);
    }

    [Fact]
    public async Task Times_that_fall_into_a_run_are_left_out()
    {
        _runs.Gate = new TaskCompletionSource();
        await StartAsync<Hourly>();
        await AdvanceAsync(Hour);
        await Eventually.TrueAsync(() => _runs.All.Count == 1);

        _time.Advance(3 * Hour);
        _runs.Gate.SetResult();
        await AdvanceAsync(Hour);
        await Eventually.TrueAsync(() => _runs.All.Count == 2);

        Assert.Equal([1, 5], _runs.All.Select(run => run.At.Hour));
    }

    [Fact]
    public async Task A_run_that_fails_does_not_keep_the_next_from_coming()
    {
        _runs.Failure = new InvalidOperationException("no luck");
        await StartAsync<Hourly>();
        await AdvanceAsync(Hour);
        await Eventually.TrueAsync(() => _runs.All.Count == 1);

        await AdvanceAsync(Hour);

        await Eventually.TrueAsync(() => _runs.All.Count == 2);
    }

    [Fact]
    public async Task A_time_missed_while_the_host_was_down_runs_once_at_the_start_and_says_so()
    {
        await StartAsync<Hourly>();
        await AdvanceAsync(Hour);
        await Eventually.TrueAsync(() => _runs.All.Count == 1);
        await RecordedAsync(nameof(Hourly), hour: 2);
        await StopAsync();

        _time.Advance(5 * Hour);
        await StartAsync<Hourly>();
        await Eventually.TrueAsync(() => _runs.All.Count == 2);
        await AdvanceAsync(Hour);
        await Eventually.TrueAsync(() => _runs.All.Count == 3);

        Assert.Equal([1, 6, 7], _runs.All.Select(run => run.At.Hour));
        Assert.Equal([false, true, false], _runs.All.Select(run => run.Info.IsPastDue));
    }

    [Fact]
    public async Task A_start_with_no_time_missed_runs_nothing()
    {
        await StartAsync<Hourly>();
        await RecordedAsync(nameof(Hourly), hour: 1);
        await StopAsync();

        _time.Advance(Hour / 2);
        await StartAsync<Hourly>();
        await Eventually.TrueAsync(() => _time.WaitingTimers > 0);

        Assert.Empty(_runs.All);
    }

    [Fact]
    public async Task Run_on_startup_runs_at_once_and_then_as_planned()
    {
        await StartAsync<AtStart>();
        await Eventually.TrueAsync(() => _runs.All.Count == 1);

        await AdvanceAsync(TimeSpan.FromSeconds(30));

        await Eventually.TrueAsync(() => _runs.All.Count == 2);
        Assert.Equal([0, 30], _runs.All.Select(run => run.At.Second));
    }

    [Fact]
    public async Task A_timer_that_runs_every_few_seconds_keeps_no_record()
    {
        await StartAsync<AtStart>();
        await Eventually.TrueAsync(() => _time.WaitingTimers > 0);

        Assert.Null(await _storage.Tables.FindAsync(new TableKey("host:timers", nameof(AtStart)), default));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _storage.Dispose();
        _folder.Dispose();
    }

    private async Task StartAsync<T>()
    {
        var services = new ServiceCollection().AddSingleton(_runs).AddSingleton<TimeProvider>(_time).BuildServiceProvider();
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Schedules:Hourly", "0 0 * * * *")]).Build();
        var apps = new FunctionApps([new FunctionApp([typeof(T)], new ServiceCollection())]);
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        var timers = new TimerFunctions(apps, _storage.Tables, settings, scopes, _time, NullLogger<FunctionTimer>.Instance);
        await timers.StartAsync(default);
        _started.Add((timers, services));
    }

    private async Task StopAsync()
    {
        foreach (var (timers, services) in _started)
        {
            await timers.StopAsync(default);
            timers.Dispose();
            await services.DisposeAsync();
        }

        _started.Clear();
    }

    /// <summary>Moves the clock once the timer waits for it, in steps no longer than the timer's own.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        await Eventually.TrueAsync(() => _time.WaitingTimers > 0);
        _time.Advance(by);
    }

    private Task RecordedAsync(string function, int hour) => Eventually.TrueAsync(async () =>
        (await new TimerRecords(_storage.Tables).FindAsync(function, default))?.Next.Hour == hour);

    public sealed class Runs
    {
        private readonly List<(DateTimeOffset At, TimerInfo Info)> _all = [];

        public TaskCompletionSource? Gate { get; set; }

        public Exception? Failure { get; set; }

        public IReadOnlyList<(DateTimeOffset At, TimerInfo Info)> All
        {
            get
            {
                lock (_all)
                {
                    return [.. _all];
                }
            }
        }

        public async Task AddAsync(DateTimeOffset at, TimerInfo info)
        {
            lock (_all)
            {
                _all.Add((at, info));
            }

            await (Gate?.Task ?? Task.CompletedTask);
            if (Failure is not null)
            {
                throw Failure;
            }
        }
    }

    public sealed class Hourly(Runs runs, TimeProvider time)
    {
        [Function(nameof(Hourly))]
        public Task RunAsync([TimerTrigger("%Schedules:Hourly%")] TimerInfo timer) => runs.AddAsync(time.GetUtcNow(), timer);
    }

    public sealed class AtStart(Runs runs, TimeProvider time)
    {
        [Function(nameof(AtStart))]
        public Task RunAsync([TimerTrigger("00:00:30", RunOnStartup = true)] TimerInfo timer) => runs.AddAsync(time.GetUtcNow(), timer);
    }
}
