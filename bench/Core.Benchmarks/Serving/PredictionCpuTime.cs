using System.Globalization;

namespace Mlops.Serving;

/// <summary>The same work in processor time, which can be compared on a machine that others use too.</summary>
internal static class PredictionCpuTime
{
    private const int Repetitions = 5;

    public static void Run()
    {
        Console.WriteLine("| rows | digits | what | CPU time a request | allocated |");
        Console.WriteLine("|--:|--:|---|--:|--:|");
        foreach (var (rows, digits) in new[] { (1, 5), (1, 17), (1_024, 5), (1_024, 17) })
        {
            var work = new PredictionBenchmarks { Rows = rows, Digits = digits };
            work.Prepare();
            foreach (var (name, once) in new (string, Action)[]
            {
                ("read", work.Read), ("score", work.Score), ("write", work.Write), ("whole", work.Whole),
            })
            {
                CpuTime.Measure(once);
                var (time, bytes) = Enumerable.Range(0, Repetitions).Select(_ => CpuTime.Measure(once)).MinBy(result => result.Time);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {rows:N0} | {digits} | {name} | {time.TotalMicroseconds:N2} µs | {bytes:N0} B |"));
            }
        }
    }
}
