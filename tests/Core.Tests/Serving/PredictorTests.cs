using System.Buffers;
using System.Text;
using Mlops.Registry;

namespace Mlops.Serving;

public sealed class PredictorTests : IAsyncDisposable
{
    private readonly ServingOnDisk _serving = new();

    public ValueTask DisposeAsync() => _serving.DisposeAsync();

    [Fact]
    public async Task Arms_get_their_shares_of_the_units_and_a_unit_stays_with_its_arm()
    {
        await TwoVersionsAsync();
        await _serving.CreateEndpointAsync(Canary(unit: new UnitSource(Header: "x-user")));

        var first = await AskAsync(2_000);
        var again = await AskAsync(2_000);

        Assert.Equal(first, again);
        Assert.InRange(first.Count(arm => arm == "canary"), 400, 600);

        async Task<List<string>> AskAsync(int units)
        {
            var arms = new List<string>();
            for (var unit = 0; unit < units; unit++)
            {
                arms.Add((await PredictAsync(headers: new() { ["x-user"] = $"user-{unit}" })).Arm);
            }

            return arms;
        }
    }

    [Theory]
    [InlineData("header")]
    [InlineData("cookie")]
    [InlineData("body")]
    public async Task A_unit_comes_from_where_the_policy_says(string source)
    {
        await TwoVersionsAsync();
        var unit = source switch
        {
            "header" => new UnitSource(Header: "x-user"),
            "cookie" => new UnitSource(Cookie: "user"),
            _ => new UnitSource(Body: "record.plan"),
        };
        await _serving.CreateEndpointAsync(Canary(unit));

        var arms = new HashSet<(string, string)>();
        for (var i = 0; i < 60; i++)
        {
            var name = $"u{i % 6}";
            var answer = await PredictAsync(
                plan: source is "body" ? name : "basic",
                headers: source is "header" ? new() { ["x-user"] = name } : [],
                cookies: source is "cookie" ? new() { ["user"] = name } : []);
            arms.Add((name, answer.Arm));
        }

        Assert.Equal(6, arms.Count);
    }

    [Fact]
    public async Task Without_a_unit_each_request_is_one_of_its_own()
    {
        await TwoVersionsAsync();
        await _serving.CreateEndpointAsync(Canary());

        var arms = new List<string>();
        for (var i = 0; i < 400; i++)
        {
            arms.Add((await PredictAsync()).Arm);
        }

        Assert.InRange(arms.Count(arm => arm == "canary"), 60, 140);
    }

    [Fact]
    public async Task A_tester_gets_the_arm_or_the_version_asked_for_and_the_answer_says_that_it_was()
    {
        await TwoVersionsAsync();
        var three = await _serving.RegisterAsync("three");
        await _serving.CreateEndpointAsync(Canary());

        Assert.Equal((2, "override"), await PredictAsync(arm: "canary"));
        Assert.Equal((three, "version"), await PredictAsync(version: three));
        Assert.IsType<PredictionOutcome.UnknownArm>(await AskAsync(arm: "nobody"));
        Assert.IsType<PredictionOutcome.UnknownVersion>(await AskAsync(version: 99));
    }

    [Fact]
    public async Task A_changed_policy_takes_over_when_its_models_are_there_and_not_before()
    {
        await TwoVersionsAsync();
        await _serving.CreateEndpointAsync(TrafficPolicy.Only(ServingOnDisk.Version(1)));
        await PredictAsync();
        await _serving.RegisterAsync("broken");
        await _serving.ReplaceEndpointAsync(Canary(canary: 3));
        await _serving.RefreshAsync();

        Assert.Equal("main", (await PredictAsync()).Arm);
        Assert.Equal(EndpointStatus.Degraded, Assert.Single(_serving.Router.Health).Status);

        await _serving.ReplaceEndpointAsync(Canary());
        await _serving.RefreshAsync();
        Assert.Contains((await PredictAsync()).Arm, new[] { "stable", "canary" });
        Assert.Equal(EndpointStatus.Ready, Assert.Single(_serving.Router.Health).Status);
    }

    [Fact]
    public async Task A_process_that_starts_with_a_broken_canary_serves_the_rest_and_says_so()
    {
        await TwoVersionsAsync();
        await _serving.RegisterAsync("broken");
        await _serving.CreateEndpointAsync(Canary(canary: 3));

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(1, (await PredictAsync()).Version);
        }

        Assert.Equal(EndpointStatus.Degraded, Assert.Single(_serving.Router.Health).Status);
    }

    [Fact]
    public async Task A_roll_back_loads_nothing_while_the_old_model_is_kept()
    {
        await using var serving = new ServingOnDisk(new ServingOptions());
        await serving.RegisterAsync("one");
        await serving.RegisterAsync("two");
        await serving.SetChampionAsync(1);
        await serving.CreateEndpointAsync();
        foreach (var version in new[] { 1, 2, 1, 2, 1 })
        {
            await serving.SetChampionAsync(version);
            await serving.RefreshAsync();
            Assert.Equal(version, await serving.ServedVersionAsync());
        }

        Assert.Equal(2, serving.Loader.Loads);
    }

    [Fact]
    public async Task A_shadow_sees_requests_after_their_answers_and_its_own_are_compared()
    {
        await TwoVersionsAsync();
        var policy = TrafficPolicy.Only(ServingOnDisk.Version(1)) with { Shadow = new Shadow(ServingOnDisk.Version(2)) };
        await _serving.CreateEndpointAsync(policy);
        using var stop = new CancellationTokenSource();
        var mirroring = _serving.Mirror.RunAsync(stop.Token);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((1, "main"), await PredictAsync());
        }

        await Eventually.TrueAsync(() => _serving.Router.ShadowOf(TenantId.Default, ServingOnDisk.Live)?.Sums.Compared is 20);
        Assert.Equal(
            new ShadowComparison(20, 0, 0, 0, 0), _serving.Router.ShadowOf(TenantId.Default, ServingOnDisk.Live)?.Sums);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mirroring);
    }

    [Fact]
    public async Task A_shadow_that_takes_tensors_is_compared_element_by_element()
    {
        await using var serving = new ServingOnDisk();
        await serving.RegisterAsync("one", Tensors);
        await serving.RegisterAsync("three", Tensors);
        await serving.CreateEndpointAsync(
            TrafficPolicy.Only(ServingOnDisk.Version(1)) with { Shadow = new Shadow(ServingOnDisk.Version(2), Tolerance: 1) });
        using var stop = new CancellationTokenSource();
        var mirroring = serving.Mirror.RunAsync(stop.Token);

        Assert.IsType<PredictionOutcome.Answered>(await AskTensorsAsync(serving));

        await Eventually.TrueAsync(() => serving.Router.ShadowOf(TenantId.Default, ServingOnDisk.Live)?.Sums.Compared is 1);
        Assert.Equal(
            new ShadowComparison(1, 1, "three".Length - "one".Length, 0, 0),
            serving.Router.ShadowOf(TenantId.Default, ServingOnDisk.Live)?.Sums);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mirroring);
    }

    [Theory]
    [InlineData(null, "of the body")]
    [InlineData("of a header", "of a header")]
    public async Task A_request_is_known_by_its_own_id_in_a_header_or_in_the_body(string? header, string known)
    {
        await using var serving = new ServingOnDisk();
        await serving.RegisterAsync("one", Tensors);
        await serving.CreateEndpointAsync(TrafficPolicy.Only(ServingOnDisk.Version(1)));

        using var answer = Assert.IsType<PredictionOutcome.Answered>(await AskTensorsAsync(serving, header)).Answer;

        Assert.Equal(known, answer.Facts.RequestId);
    }

    [Fact]
    public async Task A_shadow_that_falls_behind_costs_no_answer()
    {
        await using var serving = new ServingOnDisk(new ServingOptions { MaxShadowed = 3 });
        await serving.RegisterAsync("one");
        await serving.CreateEndpointAsync(
            TrafficPolicy.Only(ServingOnDisk.Version(1)) with { Shadow = new Shadow(ServingOnDisk.Version(1)) });

        for (var i = 0; i < 10; i++)
        {
            Assert.IsType<PredictionOutcome.Answered>(await AskAsync(serving));
        }

        Assert.Equal(7, serving.Router.ShadowOf(TenantId.Default, ServingOnDisk.Live)?.Sums.Dropped);
    }

    [Fact]
    public async Task Steps_of_an_arm_see_what_is_scored()
    {
        await TwoVersionsAsync();
        var plans = new List<string>();
        _serving.Loader.Scoring = batch => plans.AddRange(batch.Strings.ToArray());
        await _serving.CreateEndpointAsync(new TrafficPolicy(
            PolicyKind.Fixed, [new Arm("main", ServingOnDisk.Version(1), 1, ["trim", "lower-case"])], "salt"));
        await PredictAsync(plan: "first");
        plans.Clear();

        await PredictAsync(plan: "  BASIC ");

        Assert.Equal(["basic"], plans);
    }

    [Fact]
    public async Task What_a_bandit_has_learned_moves_the_traffic()
    {
        await TwoVersionsAsync();
        await _serving.CreateEndpointAsync(Canary() with { Kind = PolicyKind.Bandit, Bandit = new BanditSettings() });
        await PredictAsync();
        await _serving.Endpoints.LearnAsync(
            TenantId.Default,
            ServingOnDisk.Live,
            new LearnedShares(new Dictionary<string, double> { ["stable"] = 0, ["canary"] = 1 }, default),
            default);
        await _serving.RefreshAsync();

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((2, "canary"), await PredictAsync());
        }
    }

    [Fact]
    public async Task A_deadline_that_has_passed_gets_no_answer()
    {
        await TwoVersionsAsync();
        await _serving.CreateEndpointAsync(Canary());

        Assert.IsType<PredictionOutcome.TooLate>(await AskAsync(deadline: _serving.Registry.Time.GetUtcNow()));
        Assert.IsType<PredictionOutcome.Answered>(await AskAsync(deadline: _serving.Registry.Time.GetUtcNow().AddSeconds(1)));
    }

    [Fact]
    public async Task After_the_first_request_no_request_touches_a_store()
    {
        await TwoVersionsAsync();
        await _serving.CreateEndpointAsync(Canary());
        await PredictAsync();
        var reads = _serving.Tables.Reads;

        for (var i = 0; i < 100; i++)
        {
            await PredictAsync();
        }

        Assert.Equal(reads, _serving.Tables.Reads);
    }

    [Fact]
    public async Task A_process_that_starts_has_every_model_in_memory_before_it_says_so()
    {
        await TwoVersionsAsync();
        await _serving.CreateEndpointAsync(Canary());
        Assert.False(_serving.Router.HasStarted);
        using var stop = new CancellationTokenSource();
        var running = _serving.Router.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => _serving.Router.HasStarted);

        Assert.Equal(2, _serving.Loader.Loads);
        Assert.Equal([1, 2], Assert.Single(_serving.Router.Health).Arms.Select(arm => arm.Version ?? 0));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static ModelSignature Tensors => ModelSignature.Of(
        new TensorSignature([new TensorSpec("in", TensorType.Float32, [-1, 2])], [new TensorSpec("out", TensorType.Float32, [-1, 2])]));

    private static ValueTask<PredictionOutcome> AskTensorsAsync(ServingOnDisk serving, string? id = null) => serving.Predictor.PredictAsync(
        new PredictionCall(
            TenantId.Default,
            ServingOnDisk.Live,
            null,
            new DialectRequest("""{"id":"of the body","inputs":[{"name":"in","shape":[3,2],"datatype":"FP32","data":[1,2,3,4,5,6]}]}"""u8.ToArray()),
            new Fields([], []),
            id),
        V2Dialect.Instance,
        default);

    private static TrafficPolicy Canary(UnitSource? unit = null, int canary = 2) => new(
        PolicyKind.Canary,
        [new Arm("stable", ServingOnDisk.Version(1), 75), new Arm("canary", ServingOnDisk.Version(canary), 25)],
        "salt",
        unit);

    private static ValueTask<PredictionOutcome> AskAsync(
        ServingOnDisk serving,
        string plan = "basic",
        string? arm = null,
        int? version = null,
        DateTimeOffset? deadline = null,
        ICallerFields? caller = null) =>
        serving.Predictor.PredictAsync(
            new PredictionCall(
                TenantId.Default,
                ServingOnDisk.Live,
                version,
                new DialectRequest(Encoding.UTF8.GetBytes($$$"""{"record":{"age":40,"plan":"{{{plan}}}"}}""")),
                caller ?? new Fields([], []),
                null,
                arm,
                deadline),
            NativeDialect.Instance,
            default);

    private ValueTask<PredictionOutcome> AskAsync(string? arm = null, int? version = null, DateTimeOffset? deadline = null) =>
        AskAsync(_serving, arm: arm, version: version, deadline: deadline);

    /// <summary>The version and arm that answered.</summary>
    private async Task<(int Version, string Arm)> PredictAsync(
        string plan = "basic",
        string? arm = null,
        int? version = null,
        Dictionary<string, string>? headers = null,
        Dictionary<string, string>? cookies = null)
    {
        var outcome = await AskAsync(_serving, plan, arm, version, null, new Fields(headers ?? [], cookies ?? []));
        using var answer = Assert.IsType<PredictionOutcome.Answered>(outcome).Answer;
        answer.Write(new ArrayBufferWriter<byte>());
        return (answer.Model.Version.Number, answer.Facts.Arm);
    }

    private async Task TwoVersionsAsync()
    {
        await _serving.RegisterAsync("one");
        await _serving.RegisterAsync("two");
    }

    private sealed class Fields(Dictionary<string, string> headers, Dictionary<string, string> cookies) : ICallerFields
    {
        public string? Header(string name) => headers.GetValueOrDefault(name);

        public string? Cookie(string name) => cookies.GetValueOrDefault(name);
    }
}
