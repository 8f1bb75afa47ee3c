using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>What came of one simulated request.</summary>
internal sealed record Simulated(double? Reward = null, string? Label = null, double LatencyMs = 10, float Size = 0);

/// <summary>An endpoint over a real log and real feedback; requests are assigned as its policy says, and answered by the test.</summary>
internal sealed class SimulatedTraffic : IAsyncDisposable
{
    public static readonly ModelName Churn = ModelName.Parse("churn");

    public static readonly EndpointName Live = LogOnDisk.Live;

    private const int AtOnce = 1_000;

    private static readonly ModelVersion Version = LogOnDisk.VersionOf(new ModelSignature(
        [new ColumnSchema("size", ColumnType.Number, false)], "left", TaskType.Binary, ["no", "yes"]));

    private readonly LogOnDisk _disk = new();

    public SimulatedTraffic()
    {
        Models = new ModelStore(_disk.Tables, _disk.Time);
        Endpoints = new EndpointStore(_disk.Tables, Models, new PredictionSteps([]), _disk.Time);
        Predictions = new PredictionsWithFeedback(_disk.Reader, _disk.Feedback);
        Tests = new AbTestStore(_disk.Tables, Endpoints, Models, new SequentialIds(), _disk.Time);
        Start = new AbTestStart(Tests, Endpoints, Models, _disk.Time);
        End = new AbTestEnd(Tests, Endpoints, Models, _disk.Time);
        Analysis = new AbTestAnalysis(Tests, Endpoints, Predictions, End, _disk.Time);
        Learning = new BanditLearning(Endpoints, Predictions, _disk.Tables, _disk.Time);
    }

    public FakeTimeProvider Time => _disk.Time;

    public UnreliableBlobs Blobs => _disk.Blobs;

    public ModelStore Models { get; }

    public EndpointStore Endpoints { get; }

    public PredictionsWithFeedback Predictions { get; }

    public AbTestStore Tests { get; }

    public AbTestStart Start { get; }

    public AbTestEnd End { get; }

    public AbTestAnalysis Analysis { get; }

    public BanditLearning Learning { get; }

    public static EndpointTarget Target(int version) => new(Churn, version: version);

    /// <summary>Registers versions 1 to 3 of <c>churn</c> and makes the first the champion.</summary>
    public async Task RegisterAsync()
    {
        await Models.GetOrCreateAsync(TenantId.Default, Churn, "ada", default);
        foreach (var key in new[] { "one", "two", "three" })
        {
            Assert.IsType<RegistrationOutcome.Registered>(await Models.RegisterVersionAsync(
                TenantId.Default, Churn, RegistryOnDisk.Registration(key), "ada", default));
        }

        await Models.SetAliasAsync(TenantId.Default, Churn, AliasName.Champion, 1, "ada", null, default);
    }

    public async Task CreateEndpointAsync(TrafficPolicy? policy = null, LogDurability log = LogDurability.Async)
    {
        await RegisterAsync();
        var definition = new EndpointDefinition(policy ?? TrafficPolicy.Only(new EndpointTarget(Churn, AliasName.Champion)), null, log);
        Assert.IsType<EndpointOutcome.Saved>(await Endpoints.CreateAsync(TenantId.Default, Live, definition, "ada", default));
    }

    public async Task<Endpoint> EndpointAsync() => Assert.IsType<Endpoint>(await Endpoints.FindAsync(TenantId.Default, Live, default));

    public async Task<int?> ChampionAsync() =>
        (await Models.FindAliasAsync(TenantId.Default, Churn, AliasName.Champion, default))?.Version;

    /// <summary>Answers a request of each unit as the endpoint's policy says, and gives the feedback that the test has on it.</summary>
    /// <param name="answer">What came of the unit's request in an arm; null loses it.</param>
    public async Task<List<Feedback>> RequestAsync(IEnumerable<string> units, Func<string, string, Simulated?> answer)
    {
        var endpoint = await EndpointAsync();
        var weights = new ArmWeights([.. endpoint.Policy.Arms.Select(arm => new ArmWeight(
            arm.Name, endpoint.Learned?.Shares.GetValueOrDefault(arm.Name, arm.Weight) ?? arm.Weight))]);
        var salt = new AssignmentSalt(endpoint.Policy.Salt);
        var feedback = new List<Feedback>();
        foreach (var unit in units)
        {
            var arm = weights.Choose(salt, unit);
            if (answer(unit, weights.Name(arm)) is not { } came)
            {
                continue;
            }

            var prediction = new AnsweredPrediction(
                PredictionIds.New(_disk.Instance, Time.GetUtcNow()),
                Time.GetUtcNow(),
                TimeSpan.FromMilliseconds(came.LatencyMs),
                TenantId.Default,
                Live,
                "native",
                Version,
                weights.Name(arm),
                weights.Share(arm),
                endpoint.Revision,
                unit,
                null,
                new FeatureBatch(1, new[] { came.Size }, Array.Empty<string>()),
                new[] { 0.25f, 0.75f });
            await _disk.AppendAsync(prediction);
            if (came.Reward is not null || came.Label is not null)
            {
                feedback.Add(new Feedback(prediction.Id, 0, Time.GetUtcNow(), came.Label, came.Reward));
            }
        }

        await _disk.WriteAsync();
        await RecordAsync(feedback);
        return feedback;
    }

    public async Task RecordAsync(IEnumerable<Feedback> feedback)
    {
        foreach (var some in feedback.Chunk(AtOnce))
        {
            await _disk.Feedback.RecordAsync(TenantId.Default, Live, some, default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Analysis.Dispose();
        await _disk.DisposeAsync();
    }
}
