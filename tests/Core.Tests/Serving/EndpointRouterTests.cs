using Mlops.Registry;

namespace Mlops.Serving;

public sealed class EndpointRouterTests : IAsyncDisposable
{
    private readonly ServingOnDisk _serving = new();

    public ValueTask DisposeAsync() => _serving.DisposeAsync();

    [Fact]
    public async Task After_the_first_request_prediction_touches_no_store()
    {
        await ServeAsync("one");
        Assert.Equal(1, await _serving.ServedVersionAsync());
        var reads = _serving.Tables.Reads;

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(1, await _serving.ServedVersionAsync());
        }

        Assert.Equal(reads, _serving.Tables.Reads);
    }

    [Fact]
    public async Task Unknown_endpoints_are_refused_from_memory()
    {
        await ServeAsync("one");
        await _serving.ServedVersionAsync();
        var reads = _serving.Tables.Reads;

        for (var i = 0; i < 100; i++)
        {
            Assert.IsType<RouteOutcome.UnknownEndpoint>(
                await _serving.Router.AcquireAsync(TenantId.Default, EndpointName.Parse($"no-{i}"), default));
        }

        Assert.Equal(reads, _serving.Tables.Reads);
    }

    [Fact]
    public async Task A_tenant_without_endpoints_is_looked_up_once()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(await _serving.ServedVersionAsync());
        }

        Assert.InRange(_serving.Tables.Reads, 1, 3);
    }

    [Fact]
    public async Task Requests_that_arrive_together_load_the_model_once()
    {
        await ServeAsync("one");
        await _serving.CreateEndpointAsync("also");
        var gate = new TaskCompletionSource();
        _serving.Loader.Gate = gate.Task;

        var requests = Enumerable.Range(0, 32).Select(i => Task.Run(
            () => _serving.ServedVersionAsync(EndpointName.Parse(i % 2 is 0 ? "live" : "also")))).ToArray();
        await Eventually.TrueAsync(() => _serving.Loader.Loads > 0);
        gate.SetResult();

        Assert.All(await Task.WhenAll(requests), version => Assert.Equal(1, version));
        Assert.Equal(1, _serving.Loader.Loads);
    }

    [Fact]
    public async Task A_caller_who_goes_away_does_not_end_the_load_for_others()
    {
        await ServeAsync("one");
        var gate = new TaskCompletionSource();
        _serving.Loader.Gate = gate.Task;
        using var impatience = new CancellationTokenSource();
        var impatient = _serving.Router.AcquireAsync(TenantId.Default, ServingOnDisk.Live, impatience.Token).AsTask();
        await Eventually.TrueAsync(() => _serving.Loader.Loads > 0);
        var patient = _serving.ServedVersionAsync();

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();

        Assert.Equal(1, await patient);
        Assert.Equal(1, _serving.Loader.Loads);
    }

    [Fact]
    public async Task A_moved_alias_is_served_after_a_tick_of_the_clock()
    {
        await ServeAsync("one");
        Assert.Equal(1, await _serving.ServedVersionAsync());
        using var stop = new CancellationTokenSource();
        var running = _serving.Router.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => _serving.Registry.Time.WaitingTimers > 0);

        await _serving.SetChampionAsync(await _serving.RegisterAsync("two"));
        _serving.Registry.Time.Advance(EndpointRouter.Interval);

        await Eventually.TrueAsync(async () => await _serving.ServedVersionAsync() is 2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_replaced_model_is_disposed_when_its_last_request_has_ended_and_once()
    {
        await ServeAsync("one");
        var inFlight = Assert.IsType<RouteOutcome.Ready>(await AcquireAsync()).Lease;
        await _serving.SetChampionAsync(await _serving.RegisterAsync("two"));
        await _serving.RefreshAsync();

        Assert.Equal(2, await _serving.ServedVersionAsync());
        ServingOnDisk.Score(inFlight.Model);
        Assert.Equal(0, _serving.Loader.Loaded[0].Disposals);
        inFlight.Dispose();
        inFlight.Dispose();
        Assert.Equal([1, 0], _serving.Loader.Loaded.Select(scorer => scorer.Disposals));
    }

    [Fact]
    public async Task No_request_is_dropped_or_meets_a_disposed_model_while_the_alias_moves()
    {
        await ServeAsync("one");
        await _serving.RegisterAsync("two");
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var served = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.NotNull(await _serving.ServedVersionAsync());
                served++;
            }

            return served;
        })).ToArray();

        for (var i = 0; i < 40; i++)
        {
            await _serving.SetChampionAsync(2 - (i % 2));
            await _serving.RefreshAsync();
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(callers), served => Assert.NotEqual(0, served));
        Assert.Equal(_serving.Loader.Loads - 1, _serving.Loader.Loaded.Sum(scorer => scorer.Disposals));
        Assert.All(_serving.Loader.Loaded, scorer => Assert.InRange(scorer.Disposals, 0, 1));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_leaves_the_old_one_serving_and_is_told_in_health()
    {
        await ServeAsync("one");
        await _serving.ServedVersionAsync();
        await _serving.SetChampionAsync(await _serving.RegisterAsync("broken"));
        await _serving.RefreshAsync();

        Assert.Equal(1, await _serving.ServedVersionAsync());
        var health = Assert.Single(_serving.Router.Health);
        Assert.Equal((EndpointStatus.Degraded, 1), (health.Status, health.Version));
        Assert.Equal("churn@champion cannot be loaded: it is broken", health.Reason);

        await _serving.SetChampionAsync(await _serving.RegisterAsync("mended"));
        await _serving.RefreshAsync();
        Assert.Equal(3, await _serving.ServedVersionAsync());
        Assert.Equal(EndpointStatus.Ready, Assert.Single(_serving.Router.Health).Status);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_tried_again_less_and_less_often()
    {
        await ServeAsync("broken");
        Assert.Null(await _serving.ServedVersionAsync());

        var loads = new List<int>();
        for (var second = 0; second < 16; second++)
        {
            Assert.Null(await _serving.ServedVersionAsync());
            loads.Add(_serving.Loader.Loads);
            _serving.Registry.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5], loads);
        Assert.Equal(EndpointStatus.Unavailable, Assert.Single(_serving.Router.Health).Status);
    }

    [Fact]
    public async Task An_endpoint_whose_alias_is_not_set_says_so_and_serves_once_it_is()
    {
        await _serving.RegisterAsync("one");
        await _serving.CreateEndpointAsync();

        Assert.Equal("churn@champion names no version.", Assert.IsType<RouteOutcome.Unavailable>(await AcquireAsync()).Reason);
        await _serving.SetChampionAsync(1);
        await _serving.RefreshAsync();
        Assert.Equal(1, await _serving.ServedVersionAsync());
    }

    [Fact]
    public async Task A_removed_endpoint_stops_and_lets_its_model_go()
    {
        await ServeAsync("one");
        await _serving.ServedVersionAsync();
        await _serving.Endpoints.DeleteAsync(TenantId.Default, ServingOnDisk.Live, null, default);
        await _serving.RefreshAsync();

        Assert.IsType<RouteOutcome.UnknownEndpoint>(await AcquireAsync());
        await Eventually.TrueAsync(() => _serving.Loader.Loaded[0].Disposals is 1);
    }

    [Fact]
    public async Task An_endpoint_that_is_pointed_elsewhere_follows()
    {
        await ServeAsync("one");
        await _serving.ServedVersionAsync();
        var two = await _serving.RegisterAsync("two");
        await _serving.Endpoints.ReplaceAsync(
            TenantId.Default,
            ServingOnDisk.Live,
            EndpointDefinition.Of(new EndpointTarget(RegistryOnDisk.Churn, version: two)),
            null,
            default);
        await _serving.RefreshAsync();

        Assert.Equal(2, await _serving.ServedVersionAsync());
    }

    [Fact]
    public async Task A_model_served_by_two_endpoints_stays_until_the_last_lets_it_go()
    {
        await ServeAsync("one");
        var also = EndpointName.Parse("also");
        await _serving.CreateEndpointAsync("also");
        Assert.Equal((1, 1), (await _serving.ServedVersionAsync(), await _serving.ServedVersionAsync(also)));

        await _serving.Endpoints.DeleteAsync(TenantId.Default, ServingOnDisk.Live, null, default);
        await _serving.RefreshAsync();

        Assert.Equal(1, await _serving.ServedVersionAsync(also));
        Assert.Equal(1, _serving.Loader.Loads);
    }

    [Fact]
    public async Task While_storage_is_away_what_is_in_memory_serves_on()
    {
        await ServeAsync("one");
        await _serving.ServedVersionAsync();
        using var stop = new CancellationTokenSource();
        var running = _serving.Router.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => _serving.Registry.Time.WaitingTimers > 0);
        await _serving.SetChampionAsync(await _serving.RegisterAsync("two"));

        _serving.Tables.IsAway = true;
        var reads = _serving.Tables.Reads;
        _serving.Registry.Time.Advance(EndpointRouter.Interval);
        await Eventually.TrueAsync(() => _serving.Tables.Reads > reads);
        Assert.Equal(1, await _serving.ServedVersionAsync());

        _serving.Tables.IsAway = false;
        await Eventually.TrueAsync(async () =>
        {
            _serving.Registry.Time.Advance(EndpointRouter.Interval);
            return await _serving.ServedVersionAsync() is 2;
        });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task An_outage_while_a_model_is_loaded_is_told_without_its_innards()
    {
        await ServeAsync("broken");
        Assert.Null(await _serving.ServedVersionAsync());
        _serving.Tables.IsAway = true;
        _serving.Registry.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(
            "churn@champion cannot be loaded: storage did not answer.",
            Assert.IsType<RouteOutcome.Unavailable>(await AcquireAsync()).Reason);
    }

    [Fact]
    public async Task Closing_lets_every_model_go_after_its_requests()
    {
        await ServeAsync("one");
        var inFlight = Assert.IsType<RouteOutcome.Ready>(await AcquireAsync()).Lease;

        await _serving.Router.DisposeAsync();

        Assert.Equal(0, _serving.Loader.Loaded[0].Disposals);
        inFlight.Dispose();
        Assert.Equal(1, _serving.Loader.Loaded[0].Disposals);
    }

    private async Task ServeAsync(string onnx)
    {
        await _serving.SetChampionAsync(await _serving.RegisterAsync(onnx));
        await _serving.CreateEndpointAsync();
    }

    private Task<RouteOutcome> AcquireAsync() => _serving.Router.AcquireAsync(TenantId.Default, ServingOnDisk.Live, default).AsTask();
}
