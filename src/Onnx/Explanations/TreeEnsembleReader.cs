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
        var table = new TreeNodes(node);
        if (aggregate is not ("SUM" or "AVERAGE") || trees.Count is 0 || !table.IsWhole(trees.Count))
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
            var id = trees[nodes[0]];
            if (ReadTree(table, nodes, leaf => leaves.GetValueOrDefault((id, leaf)) ?? new double[outputs]) is not { } tree)
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
    private static DecisionTree? ReadTree(TreeNodes table, int[] entries, Func<long, double[]> leaf)
    {
        if (table.Index(entries) is not { } tree || tree.Root is not { } root)
        {
            return null;
        }

        var nodes = new List<DecisionNode>();
        var open = new Queue<(int Entry, int Parent, bool IsTrue)>([(root, -1, false)]);
        while (open.TryDequeue(out var next))
        {
            var index = nodes.Count;
            if (index == entries.Length || ModeOf(table.Modes[next.Entry]) is not { } mode)
            {
                // More nodes than there are means that ways meet or run in circles.
                return null;
            }

            if (next.Parent >= 0)
            {
                nodes[next.Parent] = next.IsTrue ? nodes[next.Parent] with { IfTrue = index } : nodes[next.Parent] with { IfFalse = index };
            }

            var node = new DecisionNode(
                mode,
                (int)table.Features[next.Entry],
                table.Thresholds[next.Entry],
                0,
                0,
                table.MissingIsTrue(next.Entry),
                table.Cover(next.Entry),
                mode is BranchMode.Leaf ? leaf(table.Ids[next.Entry]) : null);
            if (mode is not BranchMode.Leaf)
            {
                if (ReadSplit(tree, next.Entry, node) is not { } split)
                {
                    return null;
                }

                node = split.Node;
                open.Enqueue((split.IfTrue, index, true));
                open.Enqueue((split.IfFalse, index, false));
            }

            nodes.Add(node);
        }

        return new DecisionTree([.. nodes]);
    }

    /// <summary>A split with all the questions it asks, and where its two ways go on.</summary>
    /// <returns>Null if it leads nowhere, or to more than two nodes.</returns>
    private static (DecisionNode Node, int IfTrue, int IfFalse)? ReadSplit(IndexedTree tree, int first, DecisionNode node)
    {
        var further = new List<FurtherQuestion>();
        if (tree.IfTrue(first) is not { } ifTrue || tree.IfFalse(first) is not { } otherwise)
        {
            return null;
        }

        int? ifFalse = null;

        // Questions of one split all carry its cover; a split below it would have less.
        while (tree.GoesOnAsking(first, otherwise))
        {
            if (ModeOf(tree.Table.Modes[otherwise]) is not { } mode || tree.IfTrue(otherwise) is not { } yes
                || tree.IfFalse(otherwise) is not { } no || (yes != ifTrue && yes != (ifFalse ??= yes)))
            {
                return null;
            }

            further.Add(new FurtherQuestion(mode, tree.Table.Thresholds[otherwise], tree.Table.MissingIsTrue(otherwise), yes == ifTrue));
            otherwise = no;
        }

        return (otherwise == ifTrue ? ifFalse is null : otherwise != (ifFalse ?? otherwise))
            ? null
            : (further.Count is 0 ? node : node with { Further = [.. further], NoIsTrue = otherwise == ifTrue }, ifTrue, ifFalse ?? otherwise);
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
