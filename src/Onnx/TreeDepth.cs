using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>How deep the trees of an operator go.</summary>
/// <remarks>The runtime loads trees by recursion: one that is a chain of tens of thousands of nodes ends the process.</remarks>
internal static class TreeDepth
{
    /// <summary>The most splits from a root to a leaf; forests of fully grown trees have some dozens.</summary>
    public const int Most = 1_000;

    /// <summary>Beyond it the check itself would take much memory.</summary>
    private const int MostNodes = 10_000_000;

    private const int None = -1;

    public static bool IsTreeOperator(string qualifiedName) => qualifiedName is
        $"{GraphWriter.LearningDomain}:TreeEnsembleClassifier"
        or $"{GraphWriter.LearningDomain}:TreeEnsembleRegressor"
        or $"{GraphWriter.LearningDomain}:TreeEnsemble";

    /// <exception cref="ModelLoadException">
    /// A path is too long or leads back to where it came from, or there are too many nodes.
    /// </exception>
    public static void Require(NodeAttributes node)
    {
        if (node.Integers("nodes_truenodeids").Count > MostNodes)
        {
            throw new ModelLoadException($"A tree operator has more than {MostNodes} nodes.");
        }

        var (children, parents) = Link(node);
        var depths = new int[parents.Length];
        var open = new Stack<int>(Enumerable.Range(0, parents.Length).Where(entry => parents[entry] is 0));
        var reached = 0;
        while (open.TryPop(out var entry))
        {
            reached++;
            if (depths[entry] > Most)
            {
                throw new ModelLoadException($"A tree has a path of more than {Most} splits.");
            }

            var (yes, no) = children[entry];
            Reach(yes, depths[entry] + 1);
            Reach(no, depths[entry] + 1);
        }

        if (reached < parents.Length)
        {
            throw new ModelLoadException("A path in a tree leads back to where it came from.");
        }

        void Reach(int entry, int depth)
        {
            if (entry == None)
            {
                return;
            }

            depths[entry] = Math.Max(depths[entry], depth);
            if (--parents[entry] is 0)
            {
                open.Push(entry);
            }
        }
    }

    /// <summary>By entry the two that a split leads to, and how many lead to each.</summary>
    private static ((int Yes, int No)[] Children, int[] Parents) Link(NodeAttributes node)
    {
        var (yes, no) = (node.Integers("nodes_truenodeids"), node.Integers("nodes_falsenodeids"));
        var (trees, ids, modes) = (node.Integers("nodes_treeids"), node.Integers("nodes_nodeids"), node.Texts("nodes_modes"));
        var (yesIsLeaf, noIsLeaf) = (node.Integers("nodes_trueleafs"), node.Integers("nodes_falseleafs"));
        var byId = new Dictionary<(long Tree, long Node), int>();
        for (var entry = 0; entry < Math.Min(trees.Count, ids.Count); entry++)
        {
            byId[(trees[entry], ids[entry])] = entry;
        }

        var children = new (int Yes, int No)[Math.Min(yes.Count, no.Count)];
        var parents = new int[children.Length];
        for (var entry = 0; entry < children.Length; entry++)
        {
            // Version 5 has splits alone, counts them over all trees, and says which of their ways end at a leaf.
            children[entry] = entry >= trees.Count
                ? (IsLeaf(yesIsLeaf, entry) ? None : Entry(yes[entry]), IsLeaf(noIsLeaf, entry) ? None : Entry(no[entry]))
                : entry < modes.Count && modes[entry] is "LEAF"
                    ? (None, None)
                    : (Named(trees[entry], yes[entry]), Named(trees[entry], no[entry]));
            Count(children[entry].Yes);
            Count(children[entry].No);
        }

        return (children, parents);

        static bool IsLeaf(IReadOnlyList<long> flags, int entry) => entry >= flags.Count || flags[entry] is not 0;

        int Named(long tree, long id) => Entry(byId.GetValueOrDefault((tree, id), None));

        int Entry(long entry) => entry >= 0 && entry < parents.Length ? (int)entry : None;

        void Count(int entry)
        {
            if (entry != None)
            {
                parents[entry]++;
            }
        }
    }
}
