using System.Diagnostics;
using System.Text.Json;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What boosting takes on a table of a given size: time, and memory over what the table itself takes.</summary>
internal static class SizedRun
{
    private const int Threads = 2;

    public static void Run(int rows, int columns)
    {
        // The first training compiles the code; it is on few rows, so that it does not set the peak.
        var learner = new GradientBoosting();
        var options = new TrainingOptions(Defaults.Of(learner), 0, Threads);
        learner.Train(Problem.Make(TaskType.Binary, 2_000, columns).Train, options, CancellationToken.None);
        var data = Problem.Make(TaskType.Binary, rows, columns).Train;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var source = GC.GetTotalMemory(forceFullCollection: true);
        var before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var peak = source;
        using (new Timer(_ => peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false)), null, 0, 5))
        {
            learner.Train(data, options, CancellationToken.None);
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            rows,
            columns,
            wall = watch.Elapsed.TotalSeconds,
            cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds,
            sourceBytes = source,
            peakBytes = peak,
        }));
        GC.KeepAlive(data);
    }
}
