using Mlops.Explanations;

namespace Mlops.Onnx;

/// <summary>Reads the trees of ai.onnx.ml's tree operators (versions 1 to 3), own and foreign ones.</summary>
internal static class TreeEnsembleReader
{
    private const int MaxOutputs = 10_000;

    /// <param name="leaf">"class" or "target": what the operator calls what a leaf adds to.</param>
    /// <returns>Null if the node is malformed or aggregates otherwise than by sum or mean.</returns>
    public static AdditivePart? Read(string input, NodeAttributes node, string leaf)
    {
        var aggregate = node.Texts("aggregate_function") is [var named, ..] ? named : "SUM";
        var trees = node.Integers("nodes_treeids");
        var modes = node.Texts("nodes_modes");
        var lists = new[] { node.Integers("nodes_nodeids"), node.Integers("nodes_featureids"), node.Integers("nodes_truenodeids") };
        if (aggregate is not ("SUM" or "AVERAGE") || trees.Count is 0 || modes.Count != trees.Count
            || lists.Any(list => list.Count != trees.Count) || node.Floats("nodes_values").Count != trees.Count
            || node.Integers("nodes_falsenodeids").Count != trees.Count)
        {
            return null;
        }

        var targets = node.Integers($"{leaf}_ids");
        var outputs = Outputs(node, leaf, targets);
        var order = Enumerable.Range(0, trees.Count).GroupBy(i => trees[i]).Select(group => group.ToArray()).ToList();
        var factor = aggregate is "AVERAGE" ? 1.0 / order.Count : 1;
        if (Leaves(node, leaf, targets, outputs, factor) is not { } leaves)
        {
            return null;
        }

        var read = new List<DecisionTree>();
        foreach (var nodes in order)
        {
            if (ReadTree(node, modes, nodes, trees[nodes[0]], leaves, outputs) is not { } tree)
            {
                return null;
            }

            read.Add(tree);
        }

        var baseValues = node.Floats("base_values");
        return new AdditivePart(
            input,
            outputs,
            [.. Enumerable.Range(0, outputs).Select(output => output < baseValues.Count ? (double)baseValues[output] : 0)],
            read,
            Weights: null,
            node.IsSoftmax);
    }

    private static int Outputs(NodeAttributes node, string leaf, IReadOnlyList<long> targets)
    {
        if (leaf is "target")
        {
            return node.Integers("n_targets") is [> 0 and <= MaxOutputs and var count] ? (int)count : 1;
        }

        // Two classes may share one score, which is that of the second.
        return targets.Distinct().Count() is 1 ? 1 : (int)Math.Clamp(targets.Max() + 1, 1, MaxOutputs);
    }

    private static Dictionary<(long Tree, long Node), double[]>? Leaves(
        NodeAttributes node, string leaf, IReadOnlyList<long> targets, int outputs, double factor)
    {
        var (trees, nodes, weights) = (node.Integers($"{leaf}_treeids"), node.Integers($"{leaf}_nodeids"), node.Floats($"{leaf}_weights"));
        if (trees.Count != targets.Count || nodes.Count != targets.Count || weights.Count != targets.Count)
        {
            return null;
        }

        var leaves = new Dictionary<(long, long), double[]>();
        for (var i = 0; i < targets.Count; i++)
        {
            var target = outputs is 1 ? 0 : targets[i];
            if (target < 0 || target >= outputs)
            {
                return null;
            }

            if (!leaves.TryGetValue((trees[i], nodes[i]), out var values))
            {
                leaves[(trees[i], nodes[i])] = values = new double[outputs];
            }

            values[target] += factor * weights[i];
        }

        return leaves;
    }

    /// <summary>One tree, its nodes ordered so that children come after their parents.</summary>
    private static DecisionTree? ReadTree(
        NodeAttributes node,
        IReadOnlyList<string> modes,
        int[] entries,
        long id,
        Dictionary<(long Tree, long Node), double[]> leaves,
        int outputs)
    {
        var byId = new Dictionary<long, int>();
        foreach (var entry in entries)
        {
            if (!byId.TryAdd(node.Integers("nodes_nodeids")[entry], entry))
            {
                return null;
            }
        }

        var (yes, no) = (node.Integers("nodes_truenodeids"), node.Integers("nodes_falsenodeids"));
        var (covers, missing) = (node.Floats("nodes_hitrates"), node.Integers("nodes_missing_value_tracks_true"));
        var isChild = entries.Where(entry => modes[entry] is not "LEAF").SelectMany(entry => new[] { yes[entry], no[entry] }).ToHashSet();
        var roots = entries.Where(entry => !isChild.Contains(node.Integers("nodes_nodeids")[entry])).ToList();
        if (roots.Count is not 1)
        {
            return null;
        }

        var nodes = new List<DecisionNode>();
        var open = new Queue<(int Entry, int Parent, bool IsTrue)>([(roots[0], -1, false)]);
        while (open.TryDequeue(out var next))
        {
            var index = nodes.Count;
            if (index == entries.Length || ModeOf(modes[next.Entry]) is not { } mode)
            {
                // More nodes than there are means that ways meet or run in circles.
                return null;
            }

            var nodeId = node.Integers("nodes_nodeids")[next.Entry];
            nodes.Add(new DecisionNode(
                mode,
                (int)node.Integers("nodes_featureids")[next.Entry],
                node.Floats("nodes_values")[next.Entry],
                0,
                0,
                missing.Count > next.Entry && missing[next.Entry] is not 0,
                covers.Count > next.Entry ? covers[next.Entry] : 0,
                mode is BranchMode.Leaf ? leaves.GetValueOrDefault((id, nodeId)) ?? new double[outputs] : null));
            if (next.Parent >= 0)
            {
                nodes[next.Parent] = next.IsTrue ? nodes[next.Parent] with { IfTrue = index } : nodes[next.Parent] with { IfFalse = index };
            }

            if (mode is not BranchMode.Leaf)
            {
                if (!byId.TryGetValue(yes[next.Entry], out var ifTrue) || !byId.TryGetValue(no[next.Entry], out var ifFalse))
                {
                    return null;
                }

                open.Enqueue((ifTrue, index, true));
                open.Enqueue((ifFalse, index, false));
            }
        }

        return new DecisionTree([.. nodes]);
    }

    private static BranchMode? ModeOf(string mode) => mode switch
    {
        "LEAF" => BranchMode.Leaf,
        "BRANCH_LEQ" => BranchMode.AtMost,
        "BRANCH_LT" => BranchMode.Below,
        "BRANCH_GTE" => BranchMode.AtLeast,
        "BRANCH_GT" => BranchMode.Above,
        "BRANCH_EQ" => BranchMode.Equal,
        "BRANCH_NEQ" => BranchMode.NotEqual,
        _ => null,
    };
}
