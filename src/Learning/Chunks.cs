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
            Team.Run(threads - 1, count, work);
        }
    }

    /// <summary>Where chunk <paramref name="index"/> of <paramref name="count"/> starts in <paramref name="length"/> items.</summary>
    public static int Start(int index, int count, int length) => (int)((long)length * index / count);

    /// <summary>A thread and those that help it with its pieces, which each of them takes one by one.</summary>
    /// <remarks>
    /// A tree asks for help some hundred times, for work of microseconds: waking a thread would take longer, so helpers linger for the
    /// next work of the same caller, and nothing is allocated. Nobody waits for a helper that has not begun, so that the caller does all
    /// the work where no other thread is free.
    /// </remarks>
    private sealed class Team(int size) : IThreadPoolWorkItem
    {
        // How often a helper looks for more work before it leaves, and the caller whether all is done before it sleeps:
        // together some 50 µs.
        private const int Looks = 400;
        private const int PauseBetweenLooks = 400;

        [ThreadStatic]
        private static Team? _own;

        private static readonly Action<int> Nothing = _ => { };

        private readonly int _size = size;
        private readonly object _end = new();

        // How many pieces there are, in the high half, and how many were asked for: one number, so that whoever asks late finds out.
        private long _ticket;
        private Action<int> _work = Nothing;
        private int _count;
        private int _done;
        private int _helping;
        private ExceptionDispatchInfo? _failure;

        public static void Run(int size, int count, Action<int> work)
        {
            // A piece may be cut further: then this thread's team is at work already.
            var team = _own?._size == size ? _own : new Team(size);
            _own = null;
            try
            {
                team.Do(count, work);
            }
            finally
            {
                _own = team;
            }
        }

        /// <summary>Helps, on a thread of the pool.</summary>
        public void Execute()
        {
            do
            {
                for (var looks = Looks; looks > 0; looks--)
                {
                    if (HasWork)
                    {
                        TakePieces();
                        looks = Looks;
                    }

                    Thread.SpinWait(PauseBetweenLooks);
                }

                Interlocked.Decrement(ref _helping);
            }
            while (HasWork && Join(_size));
        }

        private bool HasWork
        {
            get
            {
                var ticket = Volatile.Read(ref _ticket);
                return (uint)ticket < (uint)(ticket >> 32);
            }
        }

        private void Do(int count, Action<int> work)
        {
            (_work, _count, _done, _failure) = (work, count, 0, null);
            Volatile.Write(ref _ticket, (long)count << 32);
            while (Join(Math.Min(_size, count - 1)))
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            TakePieces();
            for (var looks = Looks; looks > 0 && Volatile.Read(ref _done) < count; looks--)
            {
                Thread.SpinWait(PauseBetweenLooks);
            }

            if (Volatile.Read(ref _done) < count)
            {
                lock (_end)
                {
                    while (Volatile.Read(ref _done) < count)
                    {
                        Monitor.Wait(_end);
                    }
                }
            }

            _work = Nothing;
            _failure?.Throw();
        }

        /// <returns>Whether there were fewer than <paramref name="most"/> helpers, and now is one more.</returns>
        private bool Join(int most)
        {
            for (var helping = Volatile.Read(ref _helping); helping < most;)
            {
                var seen = Interlocked.CompareExchange(ref _helping, helping + 1, helping);
                if (seen == helping)
                {
                    return true;
                }

                helping = seen;
            }

            return false;
        }

        private void TakePieces()
        {
            while (true)
            {
                var ticket = Interlocked.Increment(ref _ticket) - 1;
                var piece = (uint)ticket;
                if (piece >= (uint)(ticket >> 32))
                {
                    return;
                }

                // The caller does not go on before this piece is done: until then the work is the one that it is of.
                DoPiece((int)piece);
            }
        }

        private void DoPiece(int piece)
        {
            try
            {
                if (Volatile.Read(ref _failure) is null)
                {
                    _work(piece);
                }
            }
#pragma warning disable CA1031 // It is thrown again where the work was asked for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            }

            if (Interlocked.Increment(ref _done) == Volatile.Read(ref _count))
            {
                lock (_end)
                {
                    Monitor.PulseAll(_end);
                }
            }
        }
    }
}
