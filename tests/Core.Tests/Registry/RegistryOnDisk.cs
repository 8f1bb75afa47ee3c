using System.Text;
using Mlops.Data;
using Mlops.Storage;

namespace Mlops.Registry;

/// <summary>A registry over SQLite in a temporary folder, with a model <c>churn</c> to register versions of.</summary>
internal sealed class RegistryOnDisk : IDisposable
{
    public static readonly ModelName Churn = ModelName.Parse("churn");

    public static readonly ModelSignature Signature = new(
        [new ColumnSchema("age", ColumnType.Integer, false), new ColumnSchema("plan", ColumnType.Category, true)],
        "left",
        TaskType.Binary,
        ["no", "yes"]);

    private readonly TempFolder _folder = new();

    public RegistryOnDisk()
    {
        Storage = SqliteStorage.Open(_folder.Path, Time, IdSource.Random);
        Models = new ModelStore(Storage.Tables, Time);
        Files = new ModelFiles(Storage.Blobs);
    }

    public FakeTimeProvider Time { get; } = new();

    public SqliteStorage Storage { get; }

    public ModelStore Models { get; }

    public ModelFiles Files { get; }

    public static VersionContent Content(string onnx = "not a real graph", DataFrame? example = null) => new(
        Encoding.UTF8.GetBytes(onnx),
        Signature,
        new DateTimeOffset(2026, 1, 1, 12, 30, 0, TimeSpan.Zero),
        example,
        RunId: "run-1",
        new Dictionary<string, ReadOnlyMemory<byte>> { [ModelFiles.ModelCard] = "# Churn"u8.ToArray() });

    public static VersionRegistration Registration(string key, GateVerdict? verdict = null) => new(
        key,
        new VersionFolder("folder-" + key, 16, new string('a', 64)),
        Signature,
        new Dictionary<string, double> { ["rocAuc"] = 0.93 },
        new Dictionary<string, string> { ["data"] = "2026-01" },
        RunId: "run-1",
        Verdict: verdict);

    public Task<RegisteredModel> CreateChurnAsync() => Models.GetOrCreateAsync(TenantId.Default, Churn, "ada", default);

    public async Task<ModelVersion> RegisterAsync(string key, GateVerdict? verdict = null)
    {
        await CreateChurnAsync();
        var outcome = await Models.RegisterVersionAsync(TenantId.Default, Churn, Registration(key, verdict), "ada", default);
        return Assert.IsType<RegistrationOutcome.Registered>(outcome).Version;
    }

    public async Task<IReadOnlyList<HistoryEntry>> HistoryAsync() =>
        (await Models.HistoryAsync(TenantId.Default, Churn, 1_000, null, default)).Entries;

    public void Dispose()
    {
        Storage.Dispose();
        _folder.Dispose();
    }
}
