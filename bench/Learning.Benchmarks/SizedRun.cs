using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What boosting takes on a table of a given size: time, and memory together with what the table itself takes.</summary>
/// <remarks>
/// Memory is what the operating system says: how much the resident set rises above what it is once the table is there and all garbage has
/// been given back. So it counts garbage that nobody has collected, and what the runtime keeps for itself. Nothing is collected
/// by force while the learner is at work.
/// </remarks>
internal static class SizedRun
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static void Run(int rows, int columns, int threads)
    {
        // Trainings on few rows first, until the code is compiled to the end: the compiler's memory is not the learner's.
        var learner = new GradientBoosting();
        var options = new TrainingOptions(Defaults.Of(learner), 0, threads);
        var few = Problem.Make(TaskType.Binary, 2_000, columns).Train;
        for (var warmUp = Stopwatch.StartNew(); warmUp.Elapsed < WarmUp;)
        {
            learner.Train(few, options, CancellationToken.None);
        }

        var data = Problem.Make(TaskType.Binary, rows, columns).Train;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var peakHeap = heap;
        var resident = Resident("VmRSS");

        // From here on the kernel's high-water mark is that of the training alone.
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        using (new Timer(_ => peakHeap = Math.Max(peakHeap, GC.GetTotalMemory(forceFullCollection: false)), null, 0, 5))
        {
            learner.Train(data, options, CancellationToken.None);
        }

        var wall = watch.Elapsed.TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        var source = 8L * rows * (columns + 1);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            rows,
            columns,
            wall,
            cpu,
            sourceBytes = source,
            binnedBytes = (long)rows * columns,
            peakBytes = source + Resident("VmHWM") - resident,
            allocatedBytes = allocated,
            peakHeapBytes = source + peakHeap - heap,
        }));
        GC.KeepAlive(data);
    }

    /// <summary>A line of /proc/self/status in bytes; the file has it in KiB.</summary>
    private static long Resident(string name) => 1_024 * File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith(name + ":", StringComparison.Ordinal))
        .Select(line => long.Parse(line.AsSpan(name.Length + 1).TrimEnd("kB "), provider: CultureInfo.InvariantCulture))
        .Single();
}
