using System.Diagnostics;

namespace Mlops.Data;

/// <summary>How fast a file was worked through: the median by the clock and the best by processor time of five passes.</summary>
internal sealed record Pace(double Wall, double Processor)
{
    private const int Passes = 5;

    public static async Task<Pace> OfAsync(string path, Func<Task> pass)
    {
        // The first pass warms up the code and the system's file cache.
        await pass();
        var wall = new List<double>();
        var processor = new List<double>();
        using var process = Process.GetCurrentProcess();
        for (var i = 0; i < Passes; i++)
        {
            process.Refresh();
            var used = process.TotalProcessorTime;
            var started = Stopwatch.GetTimestamp();
            await pass();
            wall.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            process.Refresh();
            processor.Add((process.TotalProcessorTime - used).TotalSeconds);
        }

        var megabytes = new FileInfo(path).Length / 1e6;
        return new(megabytes / wall.Order().ElementAt(Passes / 2), megabytes / processor.Min());
    }

    public override string ToString() => $"{Wall:N0} ({Processor:N0})";
}
