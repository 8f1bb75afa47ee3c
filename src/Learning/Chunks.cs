using System.Runtime.ExceptionServices;

namespace Mlops.Learning;

/// <summary>Work cut into numbered pieces that do not depend on the number of threads, so that neither do results.</summary>
internal static class Chunks
{
    /// <summary>
    /// Runs <paramref name="work"/> for 0 … <paramref name="count"/> − 1 on at most <paramref name="threads"/> threads, the caller's
    /// among them. What a piece throws is thrown here; pieces that have not begun by then are left out.
    /// </summary>
    public static void Run(int threads, int count, Action<int> work)
    {
        if (threads is 1 || count < 2)
        {
            for (var i = 0; i < count; i++)
            {
                work(i);
            }
        }
        else
        {
            new Shared(count, work).Run(Math.Min(threads, count) - 1);
        }
    }

    /// <summary>Where chunk <paramref name="index"/> of <paramref name="count"/> starts in <paramref name="length"/> items.</summary>
    public static int Start(int index, int count, int length) => (int)((long)length * index / count);

    /// <summary>Pieces that threads take one by one.</summary>
    /// <remarks>
    /// A tree asks for this some sixty times, for work of microseconds: Parallel.For would leave a few KiB of garbage each time. Nobody
    /// waits for a helper that has not begun, so that the caller does all the work where no other thread is free.
    /// </remarks>
    private sealed class Shared(int pieces, Action<int> work) : IThreadPoolWorkItem
    {
        private readonly object _end = new();
        private int _taken;
        private int _done;
        private ExceptionDispatchInfo? _failure;

        public void Run(int helpers)
        {
            for (var i = 0; i < helpers; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            Execute();
            for (var spin = default(SpinWait); Volatile.Read(ref _done) < pieces && !spin.NextSpinWillYield;)
            {
                spin.SpinOnce();
            }

            lock (_end)
            {
                while (_done < pieces)
                {
                    Monitor.Wait(_end);
                }
            }

            Volatile.Read(ref _failure)?.Throw();
        }

        public void Execute()
        {
            for (int piece; (piece = Interlocked.Increment(ref _taken) - 1) < pieces;)
            {
                try
                {
                    if (Volatile.Read(ref _failure) is null)
                    {
                        work(piece);
                    }
                }
#pragma warning disable CA1031 // It is thrown again where the work was asked for.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
                }

                if (Interlocked.Increment(ref _done) == pieces)
                {
                    lock (_end)
                    {
                        Monitor.PulseAll(_end);
                    }
                }
            }
        }
    }
}
