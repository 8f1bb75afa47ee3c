using System.Diagnostics;
using System.Globalization;
using Microsoft.DurableTask;

namespace Mlops.LocalHost.Durable;

/// <summary>The durable engine under a few seconds of load each: how many activities, and how soon an event is acted on.</summary>
public static class DurableLoads
{
    private const int Events = 500;

    public static async Task ReportAsync(string folder, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("| load | activities | seconds | activities/s |");
        await output.WriteLineAsync("|---|--:|--:|--:|");
        await ActivitiesAsync(folder, output, "warm-up", "Chain", 4, 50, cancellationToken);
        await ActivitiesAsync(folder, output, "one chain", "Chain", 1, 2_000, cancellationToken);
        await ActivitiesAsync(folder, output, "64 chains side by side", "Chain", 64, 200, cancellationToken);
        await ActivitiesAsync(folder, output, "one fan-out of 10,000", "FanOut", 1, 10_000, cancellationToken);
        await ActivitiesAsync(folder, output, "20 fan-outs of 500", "FanOut", 20, 500, cancellationToken);
        await EventsAsync(folder, output, cancellationToken);
    }

    private static async Task ActivitiesAsync(
        string folder, TextWriter output, string name, string orchestrator, int instances, int size, CancellationToken cancellationToken)
    {
        await using var engine = await BenchmarkedEngine.StartAsync(folder);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, instances).Select(_ => engine.RunAsync(orchestrator, size, cancellationToken)));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {engine.Activities:N0} | {seconds:F2} | {engine.Activities / seconds:N0} |"));
    }

    private static async Task EventsAsync(string folder, TextWriter output, CancellationToken cancellationToken)
    {
        await using var engine = await BenchmarkedEngine.StartAsync(folder);
        var options = new StartOrchestrationOptions("listener");
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Listen", Events, options, cancellationToken);
        await engine.Client.WaitForInstanceStartAsync("listener", cancellationToken);
        var delays = new List<double>();
        for (var i = 0; i < Events; i++)
        {
            var raised = Stopwatch.GetTimestamp();
            await engine.Client.RaiseEventAsync("listener", "event", i, cancellationToken);
            long heard;
            while (!engine.Heard.TryGetValue(i, out heard))
            {
                await Task.Yield();
            }

            delays.Add(Stopwatch.GetElapsedTime(raised, heard).TotalMilliseconds);
        }

        delays.Sort();
        await output.WriteLineAsync();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"From raising an event, which is written first, to the orchestrator acting on it ({Events} events, one at a time):"
            + $" median {delays[Events / 2]:F2} ms, p99 {delays[Events * 99 / 100]:F2} ms."));
    }
}
