namespace Mlops;

/// <summary>What an action takes of the processor and the heap.</summary>
internal static class CpuTime
{
    private static readonly TimeSpan Share = TimeSpan.FromMilliseconds(300);

    public static (TimeSpan Time, double Bytes) Measure(Action once)
    {
        var (count, allocated, started) = (0, GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        TimeSpan spent;
        do
        {
            for (var i = 0; i < 16; i++)
            {
                once();
            }

            count += 16;
            spent = Environment.CpuUsage.TotalTime - started;
        }
        while (spent < Share);

        return (spent / count, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)count);
    }
}
