using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mlops.Onnx;

/// <summary>Finds the leaves that rows reach by walking down, several walks at a time so that they wait for memory together.</summary>
/// <remarks>Nothing branches on a comparison: a walk that has reached its leaf stays there until the others have theirs.</remarks>
internal static class TreeWalk
{
    /// <summary>How many walks go at a time; leaves are written so many at a time.</summary>
    public const int Walks = 8;

    /// <summary>Which way values go.</summary>
    private interface IQuestion
    {
        /// <returns>1 if the value takes the right way, else 0.</returns>
        static abstract nuint Right(TreeTables tables, ref WalkNode node, float value);
    }

    private readonly struct WithoutMissing : IQuestion
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nuint Right(TreeTables tables, ref WalkNode node, float value) => value > node.Threshold ? 1u : 0u;
    }

    private readonly struct WithMissing : IQuestion
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nuint Right(TreeTables tables, ref WalkNode node, float value) =>
            WithoutMissing.Right(tables, ref node, value) | (IsMissing(value) & tables.MissingIsRight[IndexOf(tables, ref node)]);

        private static nuint IsMissing(float value) => float.IsNaN(value) ? 1u : 0u;

        private static int IndexOf(TreeTables tables, ref WalkNode node) =>
            (int)(Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(tables.Nodes), ref node) / Unsafe.SizeOf<WalkNode>());
    }

    /// <summary>The number of the leaf that each row reaches in one tree.</summary>
    /// <param name="rows">Row-major.</param>
    /// <param name="width">How many columns a row has.</param>
    /// <param name="hasMissing">Whether a value is NaN.</param>
    /// <param name="leaves">One per row and room for <see cref="Walks"/> more.</param>
    public static void Rows(
        TreeTables tables, in TreePlace tree, ReadOnlySpan<float> rows, int width, bool hasMissing, Span<int> leaves)
    {
        ref var root = ref tables.Nodes[tree.Root];
        ref var first = ref MemoryMarshal.GetReference(rows);
        var last = rows.Length - width;
        for (var a = 0; a <= last; a += Walks * width)
        {
            var walks = new EightWalks
            {
                A = ref root,
                B = ref root,
                C = ref root,
                D = ref root,
                E = ref root,
                F = ref root,
                G = ref root,
                H = ref root,
                RowA = ref Unsafe.Add(ref first, a),
                RowB = ref Unsafe.Add(ref first, Math.Min(a + width, last)),
                RowC = ref Unsafe.Add(ref first, Math.Min(a + (2 * width), last)),
                RowD = ref Unsafe.Add(ref first, Math.Min(a + (3 * width), last)),
                RowE = ref Unsafe.Add(ref first, Math.Min(a + (4 * width), last)),
                RowF = ref Unsafe.Add(ref first, Math.Min(a + (5 * width), last)),
                RowG = ref Unsafe.Add(ref first, Math.Min(a + (6 * width), last)),
                RowH = ref Unsafe.Add(ref first, Math.Min(a + (7 * width), last)),
            };
            walks.Go(tables, tree.Depth, hasMissing);
            walks.Write(leaves);
            leaves = leaves[Walks..];
        }
    }

    /// <summary>The number of the leaf that one row reaches in each of some trees.</summary>
    /// <param name="leaves">One per tree and room for <see cref="Walks"/> more.</param>
    public static void Trees(TreeTables tables, ReadOnlySpan<TreePlace> trees, ReadOnlySpan<float> row, bool hasMissing, Span<int> leaves)
    {
        ref var values = ref MemoryMarshal.GetReference(row);
        var last = trees.Length - 1;
        for (var at = 0; at <= last; at += Walks)
        {
            var walks = new EightWalks
            {
                A = ref tables.Nodes[trees[at].Root],
                B = ref tables.Nodes[trees[Math.Min(at + 1, last)].Root],
                C = ref tables.Nodes[trees[Math.Min(at + 2, last)].Root],
                D = ref tables.Nodes[trees[Math.Min(at + 3, last)].Root],
                E = ref tables.Nodes[trees[Math.Min(at + 4, last)].Root],
                F = ref tables.Nodes[trees[Math.Min(at + 5, last)].Root],
                G = ref tables.Nodes[trees[Math.Min(at + 6, last)].Root],
                H = ref tables.Nodes[trees[Math.Min(at + 7, last)].Root],
                RowA = ref values,
                RowB = ref values,
                RowC = ref values,
                RowD = ref values,
                RowE = ref values,
                RowF = ref values,
                RowG = ref values,
                RowH = ref values,
            };
            var depth = 0;
            foreach (ref readonly var tree in trees[at..Math.Min(at + Walks, trees.Length)])
            {
                depth = Math.Max(depth, tree.Depth);
            }

            walks.Go(tables, depth, hasMissing);
            walks.Write(leaves[at..]);
        }
    }

    /// <summary>The nodes at which eight walks are, and the rows that they ask.</summary>
    private ref struct EightWalks
    {
        public ref WalkNode A;
        public ref WalkNode B;
        public ref WalkNode C;
        public ref WalkNode D;
        public ref WalkNode E;
        public ref WalkNode F;
        public ref WalkNode G;
        public ref WalkNode H;
        public ref float RowA;
        public ref float RowB;
        public ref float RowC;
        public ref float RowD;
        public ref float RowE;
        public ref float RowF;
        public ref float RowG;
        public ref float RowH;

        /// <param name="depth">The steps to the deepest leaf.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Go(TreeTables tables, int depth, bool hasMissing)
        {
            if (hasMissing)
            {
                Go<WithMissing>(tables, depth);
            }
            else
            {
                Go<WithoutMissing>(tables, depth);
            }
        }

        public readonly void Write(Span<int> leaves)
        {
            leaves[7] = H.Leaf;
            leaves[6] = G.Leaf;
            leaves[5] = F.Leaf;
            leaves[4] = E.Leaf;
            leaves[3] = D.Leaf;
            leaves[2] = C.Leaf;
            leaves[1] = B.Leaf;
            leaves[0] = A.Leaf;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Go<TQuestion>(TreeTables tables, int depth)
            where TQuestion : struct, IQuestion
        {
            // Variables of their own stay in registers; fields of this struct would not.
            ref var a = ref A;
            ref var b = ref B;
            ref var c = ref C;
            ref var d = ref D;
            ref var e = ref E;
            ref var f = ref F;
            ref var g = ref G;
            ref var h = ref H;
            ref var rowA = ref RowA;
            ref var rowB = ref RowB;
            ref var rowC = ref RowC;
            ref var rowD = ref RowD;
            ref var rowE = ref RowE;
            ref var rowF = ref RowF;
            ref var rowG = ref RowG;
            ref var rowH = ref RowH;
            for (; depth > 0; depth--)
            {
                a = ref Next<TQuestion>(tables, ref a, ref rowA);
                b = ref Next<TQuestion>(tables, ref b, ref rowB);
                c = ref Next<TQuestion>(tables, ref c, ref rowC);
                d = ref Next<TQuestion>(tables, ref d, ref rowD);
                e = ref Next<TQuestion>(tables, ref e, ref rowE);
                f = ref Next<TQuestion>(tables, ref f, ref rowF);
                g = ref Next<TQuestion>(tables, ref g, ref rowG);
                h = ref Next<TQuestion>(tables, ref h, ref rowH);
            }

            A = ref a;
            B = ref b;
            C = ref c;
            D = ref d;
            E = ref e;
            F = ref f;
            G = ref g;
            H = ref h;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ref WalkNode Next<TQuestion>(TreeTables tables, ref WalkNode node, ref float row)
            where TQuestion : struct, IQuestion =>
            ref Unsafe.Add(ref node, node.Step + TQuestion.Right(tables, ref node, Unsafe.Add(ref row, node.Column)));
    }
}
