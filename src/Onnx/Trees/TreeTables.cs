namespace Mlops.Onnx;

/// <summary>A node for <see cref="TreeWalk"/>: the step leads to the left one, and one further where the column is above the threshold.</summary>
/// <remarks>A leaf steps nowhere: nothing is above its threshold, which is a NaN with the leaf's number in its lower bits.</remarks>
/// <param name="Step">How far behind this node its left one lies, which the right one follows.</param>
internal readonly record struct WalkNode(float Threshold, ushort Column, ushort Step)
{
    private const int LeafBits = 22;

    /// <summary>The number of leaves that can be told apart.</summary>
    public const int MostLeaves = 1 << LeafBits;

    public bool IsLeaf => Step is 0;

    /// <summary>Of a leaf its number within its tree, from left to right.</summary>
    public int Leaf => BitConverter.SingleToInt32Bits(Threshold) & (MostLeaves - 1);

    public static WalkNode OfLeaf(int number) =>
        new(BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(float.NaN) | number), 0, 0);
}

/// <summary>A split for <see cref="LeafMasks"/>.</summary>
/// <param name="Column">An index into <see cref="TreeTables.Columns"/>.</param>
/// <param name="Right">The leaves that are still possible, as bits of one word, where the column is above the threshold.</param>
internal readonly record struct MaskedSplit(float Threshold, int Column, uint Right);

/// <summary>The splits that decide on 32 leaves of a tree.</summary>
/// <param name="MissingLeft">From here on NaN takes the left way.</param>
internal readonly record struct MaskedWord(int Start, int MissingLeft, int End);

/// <summary>One tree's place in the tables.</summary>
/// <param name="Root">Its first node.</param>
/// <param name="Depth">The most splits between the root and a leaf.</param>
/// <param name="Leaves">How many leaves it has.</param>
/// <param name="Values">What its leaves add to the first output, followed by what they add to the next.</param>
/// <param name="Target">The first output that it adds to.</param>
/// <param name="Targets">How many outputs it adds to.</param>
/// <param name="Word">Its first word, where it has any.</param>
/// <param name="Words">How many words its leaves fill.</param>
/// <param name="LeastMasked">The fewest rows for which <see cref="LeafMasks"/> are quicker than <see cref="TreeWalk"/>.</param>
internal readonly record struct TreePlace(
    int Root, int Depth, int Leaves, int Values, int Target, int Targets, int Word, int Words, int LeastMasked);

/// <summary>Trees as flat arrays, each tree's nodes breadth first and its leaves numbered from left to right.</summary>
/// <param name="Outputs">How many sums there are.</param>
/// <param name="MissingIsRight">For each node 1 if NaN takes the right way, else 0: a number, so that nothing branches on it.</param>
/// <param name="Values">With room for a word of leaves behind the last, so that vectors can be read.</param>
/// <param name="Columns">The columns that masked splits ask about.</param>
internal sealed record TreeTables(
    int Outputs,
    TreePlace[] Trees,
    WalkNode[] Nodes,
    byte[] MissingIsRight,
    float[] Values,
    MaskedSplit[] Splits,
    MaskedWord[] Words,
    int[] Columns);
