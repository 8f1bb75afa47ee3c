namespace Mlops.Learning;

/// <summary>The first and second derivative of the loss at every row, in single precision.</summary>
/// <remarks>Whole numbers are made of them where they are added up: kept, those would take more room than all else that a row has.</remarks>
internal readonly record struct Derivatives(ReadOnlyMemory<float> First, ReadOnlyMemory<float> Second)
{
    /// <summary>A row's two derivatives as whole numbers take the room of so many int.</summary>
    public const int IntsPerRow = 4;

    private const int ChunkRows = 1 << 14;

    /// <summary>The scale at which sums over these rows just fit.</summary>
    public FixedPoint Scale(ReadOnlyMemory<int> rows, int threads)
    {
        var (first, second) = this;
        var chunks = (rows.Length + ChunkRows - 1) / ChunkRows;
        var magnitudes = new (double First, double Second)[chunks];
        Chunks.Run(threads, chunks, chunk =>
        {
            var firsts = first.Span;
            var seconds = second.Span;
            double gradient = 0;
            double hessian = 0;
            foreach (var row in Slice(rows.Span, chunk, chunks))
            {
                gradient += Math.Abs(firsts[row]);
                hessian += seconds[row];
            }

            magnitudes[chunk] = (gradient, hessian);
        });
        return new FixedPoint(rows.Length, magnitudes.Sum(sum => sum.First), magnitudes.Sum(sum => sum.Second));
    }

    /// <summary>Writes those of these rows side by side, as whole numbers.</summary>
    /// <param name="target">Room for four int per row.</param>
    public void Gather(ReadOnlyMemory<int> rows, FixedPoint scale, Memory<int> target, int threads)
    {
        if (threads is 1 || rows.Length <= ChunkRows)
        {
            Gather(rows.Span, scale, target.Span);
        }
        else
        {
            GatherShared(rows, scale, target, threads);
        }
    }

    /// <summary>Apart, so that only where threads share the work there is garbage of that.</summary>
    private void GatherShared(ReadOnlyMemory<int> rows, FixedPoint scale, Memory<int> target, int threads)
    {
        var all = this;
        var chunks = (rows.Length + ChunkRows - 1) / ChunkRows;
        Chunks.Run(threads, chunks, chunk => all.Gather(
            Slice(rows.Span, chunk, chunks), scale, target.Span[(IntsPerRow * Chunks.Start(chunk, chunks, rows.Length))..]));
    }

    private void Gather(ReadOnlySpan<int> rows, FixedPoint scale, Span<int> target)
    {
        var first = First.Span;
        var second = Second.Span;
        var gathered = LeafRows.AsDerivatives(target)[..rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            gathered[i] = scale.Row(first[rows[i]], second[rows[i]]);
        }
    }

    private static ReadOnlySpan<int> Slice(ReadOnlySpan<int> rows, int chunk, int chunks) =>
        rows[Chunks.Start(chunk, chunks, rows.Length)..Chunks.Start(chunk + 1, chunks, rows.Length)];
}
