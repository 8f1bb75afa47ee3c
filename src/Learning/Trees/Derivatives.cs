using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
            foreach (var row in rows.Span[Chunks.Start(chunk, chunks, rows.Length)..Chunks.Start(chunk + 1, chunks, rows.Length)])
            {
                gradient += Math.Abs(firsts[row]);
                hessian += seconds[row];
            }

            magnitudes[chunk] = (gradient, hessian);
        });
        return new FixedPoint(rows.Length, magnitudes.Sum(sum => sum.First), magnitudes.Sum(sum => sum.Second));
    }

    /// <summary>Those of some rows as whole numbers, side by side.</summary>
    /// <param name="room">Where to put them: four int per row, or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<Vector128<long>> Gather(ReadOnlySpan<int> rows, FixedPoint scale, Span<int> room)
    {
        var first = First.Span;
        var second = Second.Span;
        var gathered = MemoryMarshal.Cast<int, Vector128<long>>(room)[..rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            gathered[i] = scale.Row(first[rows[i]], second[rows[i]]);
        }

        return gathered;
    }
}
