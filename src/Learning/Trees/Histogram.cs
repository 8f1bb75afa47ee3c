using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>Sums over some rows: of the loss's first and second derivatives, and of the rows themselves.</summary>
internal record struct GradientSum(double Gradient, double Hessian, int Count)
{
    public static GradientSum operator +(GradientSum left, GradientSum right) =>
        new(left.Gradient + right.Gradient, left.Hessian + right.Hessian, left.Count + right.Count);

    public static GradientSum operator -(GradientSum left, GradientSum right) =>
        new(left.Gradient - right.Gradient, left.Hessian - right.Hessian, left.Count - right.Count);

    /// <summary>Twice the loss that the best constant takes off these rows, to second order.</summary>
    public readonly double Score(double l2) => Gradient * Gradient / (Hessian + l2);

    /// <summary>The constant that takes most off the loss, to second order; 0 where the loss is flat.</summary>
    public readonly double BestValue(double l2) => Hessian + l2 > 0 ? -Gradient / (Hessian + l2) : 0;
}

/// <summary>Per bin of a column, the sums over the rows in it.</summary>
internal static class Histogram
{
    /// <summary>Adds rows to their bins, in order.</summary>
    /// <param name="column">The bin of every row of the table.</param>
    /// <param name="rows">The rows to add.</param>
    /// <param name="gradients">The first derivative of each row to add, in the order of <paramref name="rows"/>.</param>
    /// <param name="hessians">Likewise the second.</param>
    public static void Accumulate(
        ReadOnlySpan<byte> column,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<float> gradients,
        ReadOnlySpan<float> hessians,
        Span<GradientSum> bins)
    {
        // The hottest loop of training: a bounds check per access would cost a third of it. Rows and bins come from the same matrix.
        ref var bin = ref MemoryMarshal.GetReference(bins);
        ref var binOf = ref MemoryMarshal.GetReference(column);
        gradients = gradients[..rows.Length];
        hessians = hessians[..rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            ref var sum = ref Unsafe.Add(ref bin, (nuint)Unsafe.Add(ref binOf, rows[i]));
            sum.Gradient += gradients[i];
            sum.Hessian += hessians[i];
            sum.Count++;
        }
    }

    /// <summary>Takes one child's histogram from its parent's, which leaves the other child's.</summary>
    public static void Subtract(Span<GradientSum> parent, ReadOnlySpan<GradientSum> child)
    {
        for (var i = 0; i < parent.Length; i++)
        {
            parent[i] -= child[i];
        }
    }
}
