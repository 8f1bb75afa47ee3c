namespace Mlops.Learning;

/// <summary>Work cut into numbered pieces that do not depend on the number of threads, so that neither do results.</summary>
internal static class Chunks
{
    /// <summary>
    /// Runs <paramref name="work"/> for 0 … <paramref name="count"/> − 1 on at most <paramref name="threads"/> threads.
    /// </summary>
    public static void Run(int threads, int count, Action<int> work)
    {
        if (threads is 1 || count is 1)
        {
            for (var i = 0; i < count; i++)
            {
                work(i);
            }
        }
        else
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
        }
    }

    /// <summary>Where chunk <paramref name="index"/> of <paramref name="count"/> starts in <paramref name="length"/> items.</summary>
    public static int Start(int index, int count, int length) => (int)((long)length * index / count);
}
