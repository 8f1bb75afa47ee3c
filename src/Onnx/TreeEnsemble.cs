namespace Mlops.Onnx;

/// <summary>A node of a decision tree: a question with two ways on, or a leaf with what it adds.</summary>
public readonly record struct TreeNode
{
    internal int Feature { get; private init; }

    internal float Threshold { get; private init; }

    internal int IfTrue { get; private init; }

    internal int IfFalse { get; private init; }

    internal bool MissingIsTrue { get; private init; }

    internal float[]? Weights { get; private init; }

    internal int Target { get; private init; }

    internal float Cover { get; private init; }

    /// <summary>Goes to <paramref name="ifTrue"/> where feature ≤ threshold, else to <paramref name="ifFalse"/>.</summary>
    /// <remarks>Several nodes may share one to go to where true.</remarks>
    /// <param name="feature">The column.</param>
    /// <param name="threshold">Compared as float; a threshold made from a double must be rounded down.</param>
    /// <param name="ifTrue">An index into the tree's nodes, greater than this node's own.</param>
    /// <param name="ifFalse">An index into the tree's nodes, greater than this node's own.</param>
    /// <param name="missingIsTrue">Whether NaN goes to <paramref name="ifTrue"/>.</param>
    /// <param name="cover">The weight of the training rows that came by; 0 if not known.</param>
    public static TreeNode Split(int feature, float threshold, int ifTrue, int ifFalse, bool missingIsTrue, float cover = 0) =>
        new()
        {
            Feature = feature,
            Threshold = threshold,
            IfTrue = ifTrue,
            IfFalse = ifFalse,
            MissingIsTrue = missingIsTrue,
            Cover = cover,
        };

    /// <summary>Adds <paramref name="weight"/> to the score of one target.</summary>
    public static TreeNode Leaf(float weight, int target = 0, float cover = 0) =>
        new() { Weights = [weight], Target = target, Cover = cover };

    /// <summary>Adds one weight to the score of each target: the class probabilities of a forest's tree.</summary>
    public static TreeNode Leaf(float[] weights, float cover = 0) => new() { Weights = weights, Cover = cover };
}

/// <summary>Trees whose leaves are summed, in the layout of ONNX's tree operators.</summary>
public sealed class TreeEnsemble
{
    private readonly List<long> _trees = [];
    private readonly List<long> _nodes = [];
    private readonly List<string> _modes = [];
    private readonly List<long> _features = [];
    private readonly List<float> _thresholds = [];
    private readonly List<long> _ifTrue = [];
    private readonly List<long> _ifFalse = [];
    private readonly List<long> _missingIsTrue = [];
    private readonly List<float> _covers = [];
    private readonly List<long> _leafTrees = [];
    private readonly List<long> _leafNodes = [];
    private readonly List<long> _leafTargets = [];
    private readonly List<float> _leafWeights = [];

    /// <summary>How many trees there are.</summary>
    public int Count { get; private set; }

    /// <param name="nodes">The root first.</param>
    /// <exception cref="ArgumentException">There is no node, or a node leads to itself, backwards or nowhere.</exception>
    public void Add(ReadOnlySpan<TreeNode> nodes)
    {
        if (nodes.IsEmpty)
        {
            throw new ArgumentException("A tree has at least a leaf.", nameof(nodes));
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            AddNode(nodes[i], i, nodes.Length);
        }

        Count++;
    }

    private void AddNode(TreeNode node, int index, int length)
    {
        var isLeaf = node.Weights is not null;
        if (!isLeaf && (node.IfTrue <= index || node.IfFalse <= index || node.IfTrue >= length || node.IfFalse >= length))
        {
            throw new ArgumentException($"Node {index} of {length} leads to {node.IfTrue} and {node.IfFalse}.", nameof(node));
        }

        _trees.Add(Count);
        _nodes.Add(index);
        _modes.Add(isLeaf ? "LEAF" : "BRANCH_LEQ");
        _features.Add(node.Feature);
        _thresholds.Add(node.Threshold);
        _ifTrue.Add(node.IfTrue);
        _ifFalse.Add(node.IfFalse);
        _missingIsTrue.Add(node.MissingIsTrue ? 1 : 0);
        _covers.Add(node.Cover);
        for (var i = 0; i < (node.Weights?.Length ?? 0); i++)
        {
            _leafTrees.Add(Count);
            _leafNodes.Add(index);
            _leafTargets.Add(node.Target + i);
            _leafWeights.Add(node.Weights![i]);
        }
    }

    /// <param name="leaf">"class" or "target": what the operator calls what a leaf adds to.</param>
    internal IEnumerable<NodeSetting> Attributes(string leaf, IReadOnlyList<float> baseValues) =>
    [
        NodeSetting.Of("nodes_treeids", _trees),
        NodeSetting.Of("nodes_nodeids", _nodes),
        NodeSetting.Of("nodes_modes", _modes),
        NodeSetting.Of("nodes_featureids", _features),
        NodeSetting.Of("nodes_values", _thresholds),
        NodeSetting.Of("nodes_truenodeids", _ifTrue),
        NodeSetting.Of("nodes_falsenodeids", _ifFalse),
        NodeSetting.Of("nodes_missing_value_tracks_true", _missingIsTrue),
        NodeSetting.Of($"{leaf}_treeids", _leafTrees),
        NodeSetting.Of($"{leaf}_nodeids", _leafNodes),
        NodeSetting.Of($"{leaf}_ids", _leafTargets),
        NodeSetting.Of($"{leaf}_weights", _leafWeights),
        .. _covers.TrueForAll(cover => cover == 0) ? Array.Empty<NodeSetting>() : [NodeSetting.Of("nodes_hitrates", _covers)],
        .. baseValues.Count == 0 ? Array.Empty<NodeSetting>() : [NodeSetting.Of("base_values", baseValues)],
    ];
}
