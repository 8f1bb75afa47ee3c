using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A split by categories as a graph can have it: one question after the other, "is it this one?".</summary>
/// <remarks>
/// The tree operators know no sets before ai.onnx.ml 5. All questions share one node to go to on yes, as in graphs converted from LightGBM,
/// which ONNX Runtime takes for a set. A value of which no question says yes, a category never seen among them, goes the other way.
/// </remarks>
internal sealed class CategoryChain
{
    // A rank that no category has: asks for nothing where a side holds only what is missing.
    private const int NoRank = -1;

    private readonly Node _node;
    private readonly bool _asksForLeft;
    private readonly int[] _asked;

    public CategoryChain(Node node, FeatureBins column)
    {
        _node = node;
        var left = Ranks(node.Categories!, column, isIn: true);

        // The ranks that share the last bin are too many to ask for: then the questions are about the other side.
        _asksForLeft = !(column.IsFolded && left.Contains(column.Count - 1));
        _asked = _asksForLeft ? left : Ranks(node.Categories!, column, isIn: false);
        if (_asked.Length is 0)
        {
            _asked = [NoRank];
        }
    }

    /// <summary>How many nodes it takes.</summary>
    public int Length => _asked.Length;

    /// <param name="place">The number of the first node of the chain.</param>
    /// <param name="left">The number of the node that its left side goes on with.</param>
    public IEnumerable<TreeNode> ToGraph(int place, int left, int right) => _asked.Select((rank, index) => TreeNode.Equal(
        _node.Column,
        rank,
        _asksForLeft ? left : right,
        index < Length - 1 ? place + index + 1 : _asksForLeft ? right : left,
        missingIsTrue: _node.MissingLeft == _asksForLeft,
        _node.Cover));

    private static int[] Ranks(CategorySet set, FeatureBins column, bool isIn) =>
        [.. Enumerable.Range(0, column.Count).Where(bin => set.Contains(bin) == isIn)];
}
