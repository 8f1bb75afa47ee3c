using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A split by categories as a graph can have it: one question after the other, "is the rank at most this?".</summary>
/// <remarks>
/// The tree operators know no sets before ai.onnx.ml 5. Ranks that lie side by side and go the same way are one range, and each question
/// ends a range; both sides are one node each, which several questions lead to. ONNX Runtime takes that, as it must for graphs
/// converted from LightGBM; it wants only that what follows a no comes next. All questions carry the cover of the split itself.
/// </remarks>
internal sealed class CategoryChain
{
    private readonly Node _node;
    private readonly List<(float Threshold, bool IsLeft)> _ends = [];
    private readonly bool _lastIsLeft;

    public CategoryChain(Node node, FeatureBins column)
    {
        _node = node;

        // The last bin is open: ranks beyond the bins are in it.
        _lastIsLeft = node.Categories!.Contains(column.Count - 1);
        for (var bin = 0; bin < column.Count - 1; bin++)
        {
            var isLeft = node.Categories.Contains(bin);
            if (isLeft != node.Categories.Contains(bin + 1))
            {
                _ends.Add((column.Edges[bin], isLeft));
            }
        }

        if (_ends.Count is 0)
        {
            // All that has a value goes one way, and only what is missing the other.
            _ends.Add((float.PositiveInfinity, _lastIsLeft));
            _lastIsLeft = !_lastIsLeft;
        }
    }

    /// <summary>How many nodes it takes.</summary>
    public int Length => _ends.Count;

    /// <param name="place">The number of the first node of the chain.</param>
    /// <param name="left">The number of the node that its left side goes on with.</param>
    public IEnumerable<TreeNode> ToGraph(int place, int left, int right)
    {
        // What is missing leaves the chain where the first range goes its way; if none does, with the last no.
        var missingEnd = _ends.FindIndex(end => end.IsLeft == _node.MissingLeft);
        for (var i = 0; i < _ends.Count; i++)
        {
            yield return TreeNode.Split(
                _node.Column,
                _ends[i].Threshold,
                _ends[i].IsLeft ? left : right,
                i < _ends.Count - 1 ? place + i + 1 : _lastIsLeft ? left : right,
                missingIsTrue: i == missingEnd,
                _node.Cover);
        }
    }
}
