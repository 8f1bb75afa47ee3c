using System.Buffers.Text;
using System.Diagnostics;
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
    // Long enough for the code of trainings on few rows to be compiled to the end.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    public static void Run(int rows, int columns, int threads)
    {
        // Trainings on few rows first: the compiler's memory is not the learner's.
        var learner = new GradientBoosting();
        var options = new TrainingOptions(Defaults.Of(learner), 0, threads);
        var few = Problem.Make(TaskType.Binary, 5_000, columns).Train;
        for (var warmUp = Stopwatch.StartNew(); warmUp.Elapsed < WarmUp;)
        {
            learner.Train(few, options, CancellationToken.None);
        }

        var data = Problem.Make(TaskType.Binary, rows, columns).Train;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var resident = Resident("VmRSS:"u8);

        // From here on the kernel's high-water mark is that of the training alone.
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        learner.Train(data, options, CancellationToken.None);
        var wall = watch.Elapsed.TotalSeconds;
        var peak = Resident("VmHWM:"u8);
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
            peakBytes = source + peak - resident,
            allocatedBytes = allocated,
        }));
        GC.KeepAlive(data);
    }

    /// <summary>A line of /proc/self/status in bytes; the file has it in KiB. Read without garbage that would count as the learner's.</summary>
    private static long Resident(ReadOnlySpan<byte> name)
    {
        Span<byte> text = stackalloc byte[4_096];
        using var file = File.OpenHandle("/proc/self/status");
        ReadOnlySpan<byte> status = text[..RandomAccess.Read(file, text, 0)];
        var value = status[(status.IndexOf(name) + name.Length)..].TrimStart("\t "u8);
        return Utf8Parser.TryParse(value, out long kibibytes, out _)
            ? 1_024 * kibibytes
            : throw new InvalidDataException("/proc/self/status does not say what is resident.");
    }
}
