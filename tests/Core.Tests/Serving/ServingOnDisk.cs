using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Endpoints over SQLite in a temporary folder, made to follow the champion of the model <c>churn</c>.</summary>
internal sealed class ServingOnDisk : IAsyncDisposable
{
    public static readonly EndpointName Live = EndpointName.Parse("live");

    public static readonly EndpointTarget Champion = new(RegistryOnDisk.Churn, AliasName.Champion);

    public ServingOnDisk()
    {
        Tables = new CountingTables(Registry.Storage.Tables);
        Models = new ModelStore(Tables, Registry.Time);
        Endpoints = new EndpointStore(Tables, Models, Registry.Time);
        Router = new EndpointRouter(
            Endpoints, Models, Registry.Files, Loader, Registry.Time, NullLogger<EndpointRouter>.Instance);
    }

    public RegistryOnDisk Registry { get; } = new();

    public CountingTables Tables { get; }

    public ModelStore Models { get; }

    public EndpointStore Endpoints { get; }

    public TestLoader Loader { get; } = new();

    public EndpointRouter Router { get; }

    /// <summary>Registers a version whose model is this text.</summary>
    public async Task<int> RegisterAsync(string onnx)
    {
        await Registry.CreateChurnAsync();
        var folder = await Registry.Files.WriteAsync(
            TenantId.Default, RegistryOnDisk.Churn, onnx, RegistryOnDisk.Content(onnx), default);
        var outcome = await Models.RegisterVersionAsync(
            TenantId.Default, RegistryOnDisk.Churn, RegistryOnDisk.Registration(onnx) with { Folder = folder }, "ada", default);
        return Assert.IsType<RegistrationOutcome.Registered>(outcome).Version.Number;
    }

    public async Task SetChampionAsync(int version) => Assert.IsType<AliasOutcome.Set>(
        await Models.SetAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, version, "ada", null, default));

    public async Task<Endpoint> CreateEndpointAsync(string name = "live", EndpointTarget? target = null)
    {
        await Registry.CreateChurnAsync();
        var outcome = await Endpoints.CreateAsync(
            TenantId.Default, EndpointName.Parse(name), target ?? Champion, null, "ada", default);
        return Assert.IsType<EndpointOutcome.Saved>(outcome).Endpoint;
    }

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
