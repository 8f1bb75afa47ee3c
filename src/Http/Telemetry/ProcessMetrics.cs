using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mlops.Http.Telemetry;

/// <summary>The process under the names that every Prometheus client library gives it.</summary>
internal sealed class ProcessMetrics : IDisposable
{
    public ProcessMetrics()
    {
        Meter = new Meter(new MeterOptions("Mlops.Process") { Scope = this });
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1_000d;
        Meter.CreateObservableGauge(
            "process.start_time", () => started, "s", "Start time of the process since the Unix epoch.");
        Meter.CreateObservableCounter(
            "process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system processor time spent.");
        Meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Resident memory size.");
    }

    public Meter Meter { get; }

    public void Dispose() => Meter.Dispose();
}
