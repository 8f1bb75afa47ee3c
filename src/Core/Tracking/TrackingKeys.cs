using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>Where experiments, runs and their blobs are kept.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Partition <c>{tenant}:experiments</c>: <c>e:{inverted number}</c> an experiment, newest first; <c>n:{sha256 of name}</c> the
/// number of the experiment of that name; <c>next</c> the number that the next experiment gets.</item>
/// <item>Partition <c>{tenant}:runs:{experiment}</c>: <c>r:{place}</c> a run, newest first; <c>k:{sha256 of key}</c> the run that was
/// started with that idempotency key.</item>
/// <item>Blob <c>{tenant}/runs/{experiment}/{run}/metrics-{segment}.jsonl</c>: the points of a run as they came.</item>
/// <item>Blobs <c>{tenant}/artifacts/{experiment}/{run}/artifacts/…</c>: a run's artifacts.</item>
/// </list>
/// </remarks>
internal static class TrackingKeys
{
    public const string Experiments = "e:";
    public const string Runs = "r:";
    public const string NextExperiment = "next";

    public static string ExperimentPartition(TenantId tenant) => $"{tenant}:experiments";

    public static string Experiment(uint number) =>
        Experiments + (uint.MaxValue - number).ToString("D10", CultureInfo.InvariantCulture);

    public static TableKey ExperimentKey(TenantId tenant, uint number) => new(ExperimentPartition(tenant), Experiment(number));

    public static string ExperimentName(string name) => "n:" + Hash(name);

    public static string RunPartition(TenantId tenant, uint experiment) =>
        string.Create(CultureInfo.InvariantCulture, $"{tenant}:runs:{experiment:x8}");

    public static TableKey Run(TenantId tenant, RunId id) => new(RunPartition(tenant, id.Experiment), Runs + id.Place);

    public static string IdempotencyKey(string key) => "k:" + Hash(key);

    public static string MetricLog(TenantId tenant, RunId id, int segment) =>
        string.Create(CultureInfo.InvariantCulture, $"{tenant}/runs/{id.Experiment}/{id}/metrics-{segment:D4}.jsonl");

    public static string Artifacts(TenantId tenant, RunId id) =>
        string.Create(CultureInfo.InvariantCulture, $"{tenant}/artifacts/{id.Experiment}/{id}/artifacts/");

    /// <summary>The number in an experiment's id, written as <see cref="ExperimentId"/> writes it; null if it is not one.</summary>
    public static uint? ExperimentNumber(string id) =>
        uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && ExperimentId(number) == id ? number : null;

    public static string ExperimentId(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
