using System.Diagnostics;
using System.Globalization;

namespace Mlops.Onnx;

/// <summary>The same benchmarks in turns of about a millisecond, for machines that are busy with other work.</summary>
/// <remarks>
/// A turn that was not interrupted is among the quickest ones; both sides find as many of them, so their lowest deciles compare.
/// </remarks>
internal static class InterleavedComparison
{
    private const int Turns = 2000;

    private static readonly (string Model, int Rows)[] Cases =
    [
        ("linear", 1),
        ("linear", 1024),
        ("trees", 1),
        ("trees", 32),
        ("trees", 1024),
        ("forest", 1),
        ("forest", 32),
        ("forest", 1024),
    ];

    public static void Print()
    {
        Console.WriteLine("| model | rows | Run, cached values | scorer | ratio | scorer allocates |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        foreach (var (model, rows) in Cases)
        {
            using var benchmarks = new ScorerBenchmarks { Model = model, Rows = rows };
            benchmarks.Load();
            var (runs, scores) = ((Func<float>)benchmarks.Run, (Func<float>)benchmarks.Score);
            var (run, score) = (new double[Turns], new double[Turns]);
            var calls = CallsPerTurn(scores);
            for (var turn = 0; turn < Turns; turn++)
            {
                run[turn] = NanosecondsPerCall(runs, calls);
                score[turn] = NanosecondsPerCall(scores, calls);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            NanosecondsPerCall(scores, calls);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var (lean, ours) = (LowDecile(run), LowDecile(score));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {model} | {rows} | {lean:N0} ns | {ours:N0} ns | {ours / lean:F2} | {allocated / calls} B |"));
        }
    }

    private static int CallsPerTurn(Func<float> call)
    {
        for (var warm = 0; warm < 2000; warm++)
        {
            call();
        }

        return (int)Math.Clamp(1e6 / NanosecondsPerCall(call, 20), 1, 1000);
    }

    private static double NanosecondsPerCall(Func<float> call, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls;
    }

    private static double LowDecile(double[] values) => values.Order().ElementAt(values.Length / 10);
}
