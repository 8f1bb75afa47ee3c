namespace Mlops.Explanations;

/// <summary>What a split asks of a value.</summary>
public enum BranchMode { Leaf, AtMost, Below, AtLeast, Above, Equal, NotEqual }

/// <summary>A further question of a split that asks several, one after the other, until one is answered yes.</summary>
/// <param name="MissingIsTrue">Whether NaN counts as yes.</param>
/// <param name="LeadsToTrue">Whether a yes takes the split's way of <see cref="DecisionNode.IfTrue"/>.</param>
public readonly record struct FurtherQuestion(BranchMode Mode, float Threshold, bool MissingIsTrue, bool LeadsToTrue);

/// <summary>A node of a tree to be explained.</summary>
/// <param name="Mode">What is asked; <see cref="BranchMode.Leaf"/> asks nothing.</param>
/// <param name="Column">The column that is asked about.</param>
/// <param name="Threshold">What it is compared with, as float.</param>
/// <param name="IfTrue">The index of the node where the answer is yes, greater than this node's own.</param>
/// <param name="IfFalse">The index of the node where the answer is no, greater than this node's own.</param>
/// <param name="MissingIsTrue">Whether NaN counts as yes.</param>
/// <param name="Cover">The weight of the training rows that came by.</param>
/// <param name="Values">Of a leaf what it adds to each output.</param>
/// <param name="Further">What is asked of the same column after a no: so graphs tell the categories of a set apart. Null for a split that
/// asks once; else who is answered no to the end takes the way of <see cref="IfTrue"/> where <paramref name="NoIsTrue"/> says so.</param>
public readonly record struct DecisionNode(
    BranchMode Mode,
    int Column,
    float Threshold,
    int IfTrue,
    int IfFalse,
    bool MissingIsTrue,
    double Cover,
    double[]? Values,
    FurtherQuestion[]? Further = null,
    bool NoIsTrue = false)
{
    /// <summary>Whether a value takes the way of <see cref="IfTrue"/>.</summary>
    public bool IsTrueFor(float value)
    {
        if (IsYes(Mode, Threshold, MissingIsTrue, value))
        {
            return true;
        }

        foreach (var question in Further ?? [])
        {
            if (IsYes(question.Mode, question.Threshold, question.MissingIsTrue, value))
            {
                return question.LeadsToTrue;
            }
        }

        return NoIsTrue;
    }

    private static bool IsYes(BranchMode mode, float threshold, bool missingIsTrue, float value) =>
        (missingIsTrue && float.IsNaN(value)) || mode switch
        {
            BranchMode.AtMost => value <= threshold,
            BranchMode.Below => value < threshold,
            BranchMode.AtLeast => value >= threshold,
            BranchMode.Above => value > threshold,
            BranchMode.Equal => value == threshold,
            _ => value != threshold,
        };
}

/// <summary>A tree of splits over encoded columns.</summary>
/// <param name="Nodes">The root first, children after their parents.</param>
public sealed record DecisionTree(DecisionNode[] Nodes)
{
    /// <summary>The most splits between the root and a leaf.</summary>
    public int Depth
    {
        get
        {
            var depths = new int[Nodes.Length];
            for (var i = 0; i < Nodes.Length; i++)
            {
                if (Nodes[i].Mode is not BranchMode.Leaf)
                {
                    depths[Nodes[i].IfTrue] = depths[i] + 1;
                    depths[Nodes[i].IfFalse] = depths[i] + 1;
                }
            }

            return depths.Max();
        }
    }

    /// <summary>The share of the training rows at a split that took the way of <see cref="DecisionNode.IfTrue"/>.</summary>
    /// <remarks>A split that no training row came by is thought to part evenly.</remarks>
    public double ShareTrue(in DecisionNode split)
    {
        var (yes, no) = (Nodes[split.IfTrue].Cover, Nodes[split.IfFalse].Cover);
        return yes + no > 0 ? yes / (yes + no) : 0.5;
    }

    /// <summary>Whether every split's cover is the sum of its children's, and some row came by at all.</summary>
    public bool HasCovers => Nodes[0].Cover > 0 && Array.TrueForAll(
        Nodes,
        node => node.Mode is BranchMode.Leaf
            || Math.Abs(node.Cover - Nodes[node.IfTrue].Cover - Nodes[node.IfFalse].Cover) <= 1e-3 * node.Cover);

    /// <summary>The tree with the covers that some rows give it.</summary>
    /// <param name="columns">Row-major [rows, width].</param>
    public DecisionTree CoveredBy(ReadOnlySpan<float> columns, int rows, int width)
    {
        var covers = new double[Nodes.Length];
        for (var row = 0; row < rows; row++)
        {
            var index = 0;
            while (true)
            {
                covers[index]++;
                ref readonly var node = ref Nodes[index];
                if (node.Mode is BranchMode.Leaf)
                {
                    break;
                }

                index = node.IsTrueFor(columns[(row * width) + node.Column]) ? node.IfTrue : node.IfFalse;
            }
        }

        return new DecisionTree([.. Nodes.Select((node, index) => node with { Cover = covers[index] })]);
    }
}
