using System.Diagnostics;

namespace Mlops.Storage;

/// <summary>How fast callers went: operations per second over all of them, and how long one took.</summary>
internal sealed record LoadResult(double PerSecond, TimeSpan Median, TimeSpan Slow);

/// <summary>Callers that repeat one operation, each as soon as its last is done.</summary>
/// <param name="Name">What they do.</param>
/// <param name="Callers">How many at once.</param>
/// <param name="Units">How many of what the name counts are in one operation.</param>
/// <param name="Operation">Given the caller and how many times it has been called by it.</param>
internal sealed record Load(string Name, int Callers, int Units, Func<int, int, CancellationToken, Task> Operation)
{
    /// <summary>Warms up for a third of the time, then measures.</summary>
    public async Task<LoadResult> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await RunCallersAsync(first: 0, duration / 3, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var times = await RunCallersAsync(first: 1 << 24, duration, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        times.Sort();
        return new(times.Count * Units / elapsed.TotalSeconds, times[times.Count / 2], times[times.Count * 99 / 100]);
    }

    private async Task<List<TimeSpan>> RunCallersAsync(int first, TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                var mine = new List<TimeSpan>();
                for (var i = first; Stopwatch.GetElapsedTime(started) < duration; i++)
                {
                    var called = Stopwatch.GetTimestamp();
                    await Operation(caller, i, cancellationToken);
                    mine.Add(Stopwatch.GetElapsedTime(called));
                }

                return mine;
            },
            cancellationToken)));
        return [.. times.SelectMany(mine => mine)];
    }
}
