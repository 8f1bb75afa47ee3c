using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Endpoints over SQLite in a temporary folder, made to follow the champion of the model <c>churn</c>.</summary>
internal sealed class ServingOnDisk : IAsyncDisposable
{
    public static readonly EndpointName Live = EndpointName.Parse("live");

    public static readonly EndpointTarget Champion = new(RegistryOnDisk.Churn, AliasName.Champion);

    /// <param name="options">By default nothing stays in memory that nobody holds.</param>
    public ServingOnDisk(ServingOptions? options = null)
    {
        Options = options ?? new ServingOptions { IdleModelBytes = 0 };
        Tables = new CountingTables(Registry.Storage.Tables);
        Models = new ModelStore(Tables, Registry.Time);
        var steps = new PredictionSteps([new TrimStep(), new LowerCaseStep(), new NonNegativeStep()]);
        Endpoints = new EndpointStore(Tables, Models, steps, Registry.Time);
        Router = new EndpointRouter(
            Endpoints,
            Models,
            Registry.Files,
            Loader,
            steps,
            Options,
            Metrics,
            Registry.Time,
            NullLogger<EndpointRouter>.Instance);
        Mirror = new ShadowMirror(Options, Metrics);
        Log = new PredictionLog(
            Registry.Storage.Blobs, Instance, new PredictionLogOptions(), Registry.Time, NullLogger<PredictionLog>.Instance);
        Predictor = new Predictor(Router, Log, Instance, Mirror, Metrics, Registry.Time);
    }

    public ServingOptions Options { get; }

    public ServingMetrics Metrics { get; } = new();

    public RegistryOnDisk Registry { get; } = new();

    public CountingTables Tables { get; }

    public ModelStore Models { get; }

    public EndpointStore Endpoints { get; }

    public TestLoader Loader { get; } = new();

    public EndpointRouter Router { get; }

    public LogInstance Instance { get; } = new(new SequentialIds());

    public PredictionLog Log { get; }

    public ShadowMirror Mirror { get; }

    public Predictor Predictor { get; }

    /// <summary>Registers a version whose model is this text.</summary>
    public async Task<int> RegisterAsync(string onnx, ModelSignature? signature = null)
    {
        await Registry.CreateChurnAsync();
        var folder = await Registry.Files.WriteAsync(
            TenantId.Default, RegistryOnDisk.Churn, onnx, RegistryOnDisk.Content(onnx), default);
        var registration = RegistryOnDisk.Registration(onnx);
        var outcome = await Models.RegisterVersionAsync(
            TenantId.Default,
            RegistryOnDisk.Churn,
            registration with { Folder = folder, Signature = signature ?? registration.Signature },
            "ada",
            default);
        return Assert.IsType<RegistrationOutcome.Registered>(outcome).Version.Number;
    }

    public async Task SetChampionAsync(int version) => Assert.IsType<AliasOutcome.Set>(
        await Models.SetAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, version, "ada", null, default));

    public async Task<Endpoint> CreateEndpointAsync(string name = "live", EndpointTarget? target = null)
    {
        await Registry.CreateChurnAsync();
        var outcome = await Endpoints.CreateAsync(
            TenantId.Default, EndpointName.Parse(name), EndpointDefinition.Of(target ?? Champion), "ada", default);
        return Assert.IsType<EndpointOutcome.Saved>(outcome).Endpoint;
    }

    public Task<EndpointOutcome> CreateEndpointAsync(TrafficPolicy policy, LogDurability log = LogDurability.None) =>
        Endpoints.CreateAsync(TenantId.Default, Live, new EndpointDefinition(policy, null, log), "ada", default);

    public Task<EndpointOutcome> ReplaceEndpointAsync(TrafficPolicy policy) =>
        Endpoints.ReplaceAsync(TenantId.Default, Live, new EndpointDefinition(policy, null, LogDurability.None), null, default);

    /// <summary>A version that is stored nowhere.</summary>
    public static ModelVersion AnyVersion(ModelSignature signature) => new(
        RegistryOnDisk.Churn,
        1,
        Stage.None,
        default,
        "ada",
        default,
        "",
        signature,
        new Dictionary<string, double>(),
        new Dictionary<string, string>(),
        0,
        "");

    /// <summary>A version of the model <c>churn</c> as an arm's target.</summary>
    public static EndpointTarget Version(int number) => new(RegistryOnDisk.Churn, version: number);

    /// <summary>The version that answers, or null if none does.</summary>
    public async Task<int?> ServedVersionAsync(EndpointName? name = null)
    {
        if (await Router.AcquireAsync(TenantId.Default, name ?? Live, default) is not RouteOutcome.Ready ready)
        {
            return null;
        }

        using (ready.Lease)
        {
            Score(ready.Lease.Model);
            return ready.Lease.Model.Version.Number;
        }
    }

    public Task RefreshAsync() => Router.RefreshAsync(TenantId.Default, default);

    public static void Score(ServedModel model) => model.Scorer?.Score(new FeatureBatch(1, new float[1], new[] { "" }), new float[2]);

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        await Log.DisposeAsync();
        Metrics.Dispose();
        Registry.Dispose();
    }
}

/// <summary>A table store that counts what it is asked, and can be away.</summary>
internal sealed class CountingTables(Storage.ITableStore inner) : Storage.ITableStore
{
    private int _reads;

    public int Reads => Volatile.Read(ref _reads);

    public bool IsAway { get; set; }

    public Task<Storage.TableRow?> FindAsync(Storage.TableKey key, CancellationToken cancellationToken)
    {
        Count();
        return inner.FindAsync(key, cancellationToken);
    }

    public Task<Storage.TablePage> ScanAsync(Storage.TableScan scan, CancellationToken cancellationToken)
    {
        Count();
        return inner.ScanAsync(scan, cancellationToken);
    }

    public Task<Storage.CommitOutcome> CommitAsync(
        string partition, IReadOnlyList<Storage.TableWrite> writes, CancellationToken cancellationToken) =>
        inner.CommitAsync(partition, writes, cancellationToken);

    private void Count()
    {
        Interlocked.Increment(ref _reads);
        if (IsAway)
        {
            throw new IOException("The disk is on fire at /secret/path.");
        }
    }
}
