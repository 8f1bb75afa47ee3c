using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mlops.Onnx;

/// <summary>Sums what the leaves of all trees add, tree after tree in single precision, as ONNX Runtime does on one thread.</summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="width">How many columns a row has.</param>
internal sealed class TreeSums(TreeTables tables, int width)
{
    /// <summary>A block's columns must stay in the cache.</summary>
    private const int MostColumns = 1 << 10;

    private readonly int _leastMasked =
        tables.Columns.Length <= MostColumns ? tables.Trees.Min(tree => tree.LeastMasked) : int.MaxValue;

    /// <param name="rows">Row-major, as many as a block of <see cref="LeafMasks"/> has or fewer.</param>
    /// <param name="sums">Those of each output side by side, [outputs, <see cref="LeafMasks.Rows"/>].</param>
    public void Sum(ReadOnlySpan<float> rows, Span<float> sums)
    {
        sums.Clear();
        var count = rows.Length / width;
        if (count < TreeWalk.Walks)
        {
            for (var row = 0; row < count; row++)
            {
                SumRow(rows.Slice(row * width, width), sums[row..]);
            }

            return;
        }

        var isMasked = count >= _leastMasked;
        var block = isMasked ? ArrayPool<float>.Shared.Rent(tables.Columns.Length * LeafMasks.Rows) : [];
        if (isMasked)
        {
            LeafMasks.Turn(rows, width, tables.Columns, block);
        }

        SumBlock(rows, block, sums);
        if (isMasked)
        {
            ArrayPool<float>.Shared.Return(block);
        }
    }

    private void SumRow(ReadOnlySpan<float> row, Span<float> sums)
    {
        Span<int> leaves = stackalloc int[LeafMasks.Rows + TreeWalk.Walks];
        var hasMissing = HasMissing(row);
        for (var start = 0; start < tables.Trees.Length; start += LeafMasks.Rows)
        {
            var trees = tables.Trees.AsSpan(start, Math.Min(LeafMasks.Rows, tables.Trees.Length - start));
            TreeWalk.Trees(tables, trees, row, hasMissing, leaves);
            for (var tree = 0; tree < trees.Length; tree++)
            {
                AddLeaf(trees[tree], leaves[tree], sums);
            }
        }
    }

    private void SumBlock(ReadOnlySpan<float> rows, ReadOnlySpan<float> block, Span<float> sums)
    {
        Span<int> leaves = stackalloc int[LeafMasks.Rows + TreeWalk.Walks];
        var hasMissing = HasMissing(rows);
        foreach (ref readonly var tree in tables.Trees.AsSpan())
        {
            if (block.Length > 0 && rows.Length >= tree.LeastMasked * (long)width)
            {
                LeafMasks.Find(tables, tree, block, leaves);
                Add(tree, leaves[..LeafMasks.Rows], sums);
            }
            else
            {
                TreeWalk.Rows(tables, tree, rows, width, hasMissing, leaves);
                Add(tree, leaves[..(rows.Length / width)], sums);
            }
        }
    }

    private void AddLeaf(in TreePlace tree, int leaf, Span<float> sums)
    {
        for (var target = 0; target < tree.Targets; target++)
        {
            sums[(tree.Target + target) * LeafMasks.Rows] += tables.Values[tree.Values + (target * tree.Leaves) + leaf];
        }
    }

    private void Add(in TreePlace tree, ReadOnlySpan<int> leaves, Span<float> sums)
    {
        for (var target = 0; target < tree.Targets; target++)
        {
            var values = tables.Values.AsSpan(tree.Values + (target * tree.Leaves));
            var to = sums.Slice((tree.Target + target) * LeafMasks.Rows, leaves.Length);
            if (Avx512F.IsSupported && tree.Leaves <= LeafMasks.WordLeaves && leaves.Length == LeafMasks.Rows)
            {
                AddSelected(values, leaves, to);
                continue;
            }

            for (var row = 0; row < leaves.Length; row++)
            {
                to[row] += values[leaves[row]];
            }
        }
    }

    /// <summary>Adds one of 32 values to each of 32 sums.</summary>
    private static void AddSelected(ReadOnlySpan<float> values, ReadOnlySpan<int> leaves, Span<float> sums)
    {
        var (low, high) = (Vector512.Create(values), Vector512.Create(values[Vector512<float>.Count..]));
        for (var row = 0; row < LeafMasks.Rows; row += Vector512<float>.Count)
        {
            var selected = Avx512F.PermuteVar16x32x2(low, Vector512.Create(leaves[row..]), high);
            (Vector512.Create(sums[row..]) + selected).CopyTo(sums[row..]);
        }
    }

    private static bool HasMissing(ReadOnlySpan<float> values)
    {
        foreach (var value in MemoryMarshal.Cast<float, Vector256<float>>(values))
        {
            if (!Vector256.EqualsAll(value, value))
            {
                return true;
            }
        }

        foreach (var value in values[^(values.Length % Vector256<float>.Count)..])
        {
            if (float.IsNaN(value))
            {
                return true;
            }
        }

        return false;
    }
}
