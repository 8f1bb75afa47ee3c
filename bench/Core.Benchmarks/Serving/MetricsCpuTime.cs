using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Data;
using Mlops.Http.Telemetry;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What being measured costs a request, in processor time, with a reader that listens as the metrics page's does.</summary>
internal static class MetricsCpuTime
{
    private const int Repetitions = 7;
    private const int Endpoints = 50;
    private static readonly TimeSpan Share = TimeSpan.FromMilliseconds(300);

    public static void Run()
    {
        using var metrics = new ServingMetrics();
        using var readings = new MeterReadings(
            meter => meter == metrics.Meter, new Dictionary<string, IReadOnlyList<double>>(), NullLogger.Instance);
        var version = Version();
        var requests = Enumerable.Range(0, Endpoints).Select(number => new AnsweredPrediction(
            "id", default, TimeSpan.FromMicroseconds(430), TenantId.Default, EndpointName.Parse($"endpoint-{number}"), "native", version,
            "champion", 1, 1, null, null, new FeatureBatch(1, default, default), default)).ToArray();
        var next = 0;

        Console.WriteLine("| what | CPU time | allocated |");
        Console.WriteLine("|---|--:|--:|");
        Tell("under way: begun and ended", () => metrics.Begin(requests[0].Tenant, requests[next % Endpoints].Endpoint).Dispose());
        Tell("answered", () => metrics.Answered(requests[next++ % Endpoints]));
        Tell("batch scored", () => metrics.BatchScored(version, 1, 1, TimeSpan.FromMicroseconds(3)));
        Tell("spans that nobody listens to", () =>
        {
            using var predict = ServingTrace.StartPredict(requests[0].Tenant, requests[0].Endpoint, "native");
            using var score = ServingTrace.StartScore(version, "champion", 1);
            predict.Routed(version, "champion", 1);
        });
        Tell("all of it", () =>
        {
            ref readonly var request = ref requests[next++ % Endpoints];
            using var underWay = metrics.Begin(request.Tenant, request.Endpoint);
            using var predict = ServingTrace.StartPredict(request.Tenant, request.Endpoint, "native");
            metrics.CacheHit();
            using (ServingTrace.StartScore(version, "champion", 1))
            {
                metrics.BatchScored(version, 1, 1, TimeSpan.FromMicroseconds(3));
            }

            metrics.Answered(request);
        });
    }

    private static void Tell(string what, Action once)
    {
        Measure(once);
        var (time, bytes) = Enumerable.Range(0, Repetitions).Select(_ => Measure(once)).MinBy(result => result.Nanoseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {time:N0} ns | {bytes:N0} B |"));
    }

    private static (double Nanoseconds, double Bytes) Measure(Action once)
    {
        const int Burst = 4_096;
        var (count, allocated, started) = (0L, GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        TimeSpan spent;
        do
        {
            for (var i = 0; i < Burst; i++)
            {
                once();
            }

            count += Burst;
            spent = Environment.CpuUsage.TotalTime - started;
        }
        while (spent < Share);

        return (spent.TotalNanoseconds / count, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)count);
    }

    private static ModelVersion Version() => new(
        ModelName.Parse("bench"),
        12,
        Stage.None,
        default,
        "bench",
        default,
        "",
        new ModelSignature([new ColumnSchema("size", ColumnType.Number, false)], "target", TaskType.Binary, ["no", "yes"]),
        new Dictionary<string, double>(),
        new Dictionary<string, string>(),
        0,
        "");
}
