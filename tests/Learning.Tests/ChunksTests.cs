namespace Mlops.Learning;

public sealed class ChunksTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(8, 3)]
    [InlineData(2, 1)]
    [InlineData(2, 0)]
    public void Every_piece_is_done_once(int threads, int count)
    {
        var times = new int[count];

        Chunks.Run(threads, count, piece => Interlocked.Increment(ref times[piece]));

        Assert.All(times, time => Assert.Equal(1, time));
    }

    [Fact]
    public void Helpers_that_linger_from_one_run_to_the_next_do_each_piece_of_each_run_once()
    {
        for (var run = 0; run < 20_000; run++)
        {
            var times = new int[run % 9];

            Chunks.Run(4, times.Length, piece => Interlocked.Increment(ref times[piece]));

            Assert.DoesNotContain(times, time => time is not 1);
        }
    }

    [Fact]
    public void No_more_pieces_are_under_way_at_once_than_there_are_threads()
    {
        var (running, most) = (0, 0);
        var gate = new Lock();

        Chunks.Run(2, 200, _ =>
        {
            lock (gate)
            {
                most = Math.Max(most, ++running);
            }

            Thread.SpinWait(1_000);
            lock (gate)
            {
                running--;
            }
        });

        Assert.InRange(most, 1, 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_piece_throws_is_thrown_to_the_caller_as_it_is(int threads)
    {
        var thrown = Assert.Throws<InvalidOperationException>(
            () => Chunks.Run(threads, 50, piece =>
            {
                if (piece is 7)
                {
                    throw new InvalidOperationException("the seventh");
                }
            }));

        Assert.Equal("the seventh", thrown.Message);
    }

    [Fact]
    public void Pieces_may_be_cut_further() // on the same pool, where every thread may be waiting
    {
        var done = 0;

        Chunks.Run(8, 64, _ => Chunks.Run(8, 64, _ => Interlocked.Increment(ref done)));

        Assert.Equal(64 * 64, done);
    }
}
