using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A node of a tree: a split, or a leaf where <paramref name="Left"/> is 0 (no child can be the root).</summary>
/// <param name="Column">The encoded column that decides.</param>
/// <param name="Threshold">Values up to and including it go left.</param>
/// <param name="MissingLeft">Whether a missing value goes left.</param>
/// <param name="Value">What a leaf adds to the score.</param>
internal readonly record struct Node(int Column, float Threshold, bool MissingLeft, int Left, int Right, float Value)
{
    public bool IsLeaf => Left is 0;
}

/// <summary>A regression tree over encoded columns; children come after their parents.</summary>
internal sealed class Tree(Node[] nodes)
{
    public int Leaves => (nodes.Length + 1) / 2;

    /// <summary>The value of the leaf that a row reaches.</summary>
    /// <param name="columns">The encoded columns of the table.</param>
    public float Score(float[][] columns, int row)
    {
        var node = nodes[0];
        while (!node.IsLeaf)
        {
            var value = columns[node.Column][row];
            node = nodes[value <= node.Threshold || (node.MissingLeft && float.IsNaN(value)) ? node.Left : node.Right];
        }

        return node.Value;
    }

    /// <param name="leaf">The weights of a leaf in the graph, from its value.</param>
    public TreeNode[] ToGraph(Func<float, TreeNode> leaf) => Array.ConvertAll(
        nodes,
        node => node.IsLeaf ? leaf(node.Value) : TreeNode.Split(node.Column, node.Threshold, node.Left, node.Right, node.MissingLeft));
}
