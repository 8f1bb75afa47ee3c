using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A node of a tree: a split, or a leaf where <see cref="Left"/> is 0 (no child can be the root).</summary>
internal readonly record struct Node
{
    /// <summary>The encoded column that decides.</summary>
    public int Column { get; init; }

    /// <summary>The last bin that goes left, of a number.</summary>
    public byte Bin { get; init; }

    /// <summary>Whether a missing value goes left.</summary>
    public bool MissingLeft { get; init; }

    public int Left { get; init; }

    /// <summary>The other child; of a leaf its number, where leaves give several values.</summary>
    public int Right { get; init; }

    /// <summary>What a leaf adds to the score, where it is one value.</summary>
    public float Value { get; init; }

    /// <summary>The weight of the training rows that came by.</summary>
    public float Cover { get; init; }

    /// <summary>The bins that go left, if the column holds categories.</summary>
    public CategorySet? Categories { get; init; }

    public bool IsLeaf => Left is 0;
}

/// <summary>A decision tree over encoded columns; children come after their parents.</summary>
/// <param name="columns">The bins of each encoded column.</param>
/// <param name="outputs">Where leaves give several values: those of the leaf numbered n from n · <paramref name="width"/> on.</param>
internal sealed class Tree(Node[] nodes, FeatureBins[] columns, float[]? outputs = null, int width = 1)
{
    public int Leaves => (nodes.Length + 1) / 2;

    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>The value of the leaf that a row reaches.</summary>
    /// <param name="table">The encoded columns of the table.</param>
    public float Score(float[][] table, int row) => Leaf(table, row).Value;

    /// <summary>Likewise for a row of bins.</summary>
    public float Score(BinnedMatrix matrix, int row) => Leaf(matrix, row).Value;

    /// <summary>The values of the leaf that a row reaches, one per output.</summary>
    public ReadOnlySpan<float> Scores(float[][] table, int row) => Outputs(Leaf(table, row));

    /// <summary>Likewise for a row of bins.</summary>
    public ReadOnlySpan<float> Scores(BinnedMatrix matrix, int row) => Outputs(Leaf(matrix, row));

    /// <param name="leaf">The weights of a leaf in the graph, from its values and its cover.</param>
    public TreeNode[] ToGraph(Func<float[], float, TreeNode> leaf)
    {
        // A split by categories is a chain of nodes there, so that those after it have other numbers.
        var chains = Array.ConvertAll(nodes, node => node.Categories is null ? null : new CategoryChain(node, columns[node.Column]));
        var places = new int[nodes.Length];
        for (var i = 1; i < nodes.Length; i++)
        {
            places[i] = places[i - 1] + (chains[i - 1]?.Length ?? 1);
        }

        var graph = new List<TreeNode>(nodes.Length);
        for (var i = 0; i < nodes.Length; i++)
        {
            var node = nodes[i];
            if (chains[i] is { } chain)
            {
                graph.AddRange(chain.ToGraph(places[i], places[node.Left], places[node.Right]));
            }
            else
            {
                graph.Add(node.IsLeaf
                    ? leaf(outputs is null ? [node.Value] : Outputs(node).ToArray(), node.Cover)
                    : TreeNode.Split(
                        node.Column, columns[node.Column].Threshold(node.Bin), places[node.Left], places[node.Right], node.MissingLeft, node.Cover));
            }
        }

        return [.. graph];
    }

    private ReadOnlySpan<float> Outputs(Node leaf) => outputs.AsSpan(leaf.Right * width, width);

    private ref readonly Node Leaf(float[][] table, int row)
    {
        ref readonly var node = ref nodes[0];
        while (!node.IsLeaf)
        {
            var value = table[node.Column][row];
            var isLeft = float.IsNaN(value)
                ? node.MissingLeft
                : node.Categories?.Contains(Math.Min((int)value, columns[node.Column].Count - 1)) ?? value <= columns[node.Column].Threshold(node.Bin);
            node = ref nodes[isLeft ? node.Left : node.Right];
        }

        return ref node;
    }

    private ref readonly Node Leaf(BinnedMatrix matrix, int row)
    {
        ref readonly var node = ref nodes[0];
        while (!node.IsLeaf)
        {
            var bin = matrix.Bin(node.Column, row);
            var isLeft = bin == columns[node.Column].MissingBin
                ? node.MissingLeft
                : node.Categories?.Contains(bin) ?? bin <= node.Bin;
            node = ref nodes[isLeft ? node.Left : node.Right];
        }

        return ref node;
    }
}
