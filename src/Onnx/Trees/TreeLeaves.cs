namespace Mlops.Onnx;

/// <summary>What a leaf adds to a sum.</summary>
internal readonly record struct LeafWeight(int Target, float Weight);

/// <summary>What the leaves of a tree operator add, and to which of its sums.</summary>
internal sealed class TreeLeaves
{
    private readonly Dictionary<(long Tree, long Node), List<LeafWeight>> _leaves = [];

    private TreeLeaves()
    {
    }

    /// <param name="leaf">"class" or "target": what the operator calls what a leaf adds to.</param>
    /// <param name="outputs">How many sums there are.</param>
    /// <returns>Null if a leaf adds to no such sum, or twice to one.</returns>
    public static TreeLeaves? Read(NodeAttributes node, string leaf, int outputs)
    {
        var (trees, nodes) = (node.Integers($"{leaf}_treeids"), node.Integers($"{leaf}_nodeids"));
        var (targets, weights) = (node.Integers($"{leaf}_ids"), node.Floats($"{leaf}_weights"));
        if (trees.Count != targets.Count || nodes.Count != targets.Count || weights.Count != targets.Count
            || targets.Any(target => target < 0 || target >= outputs))
        {
            return null;
        }

        var read = new TreeLeaves();
        var pairs = new HashSet<(long Tree, long Node, long Target)>();
        for (var i = 0; i < targets.Count; i++)
        {
            if (!pairs.Add((trees[i], nodes[i], targets[i])))
            {
                return null;
            }

            if (!read._leaves.TryGetValue((trees[i], nodes[i]), out var values))
            {
                read._leaves[(trees[i], nodes[i])] = values = [];
            }

            values.Add(new LeafWeight((int)targets[i], weights[i]));
        }

        return read;
    }

    /// <summary>What one leaf adds.</summary>
    public IReadOnlyList<LeafWeight> Of(long tree, long node) => _leaves.GetValueOrDefault((tree, node)) ?? [];
}
