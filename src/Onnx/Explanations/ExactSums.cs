using Mlops.Explanations;

namespace Mlops.Onnx;

/// <summary>The sums of an <see cref="AdditivePart"/>, explained exactly.</summary>
internal sealed class ExactSums
{
    private readonly TreeShap? _trees;
    private readonly LinearShap? _linear;

    private ExactSums(AdditivePart part, TreeShap? trees, LinearShap? linear) =>
        (Outputs, IsSoftmax, _trees, _linear) = (part.Outputs, part.IsSoftmax, trees, linear);

    public int Outputs { get; }

    public bool IsSoftmax { get; }

    public ExplanationMethod Method => _trees is null ? ExplanationMethod.LinearShap : ExplanationMethod.TreeShap;

    /// <param name="background">Row-major [rows, columns]: the means of weighted columns; the ways of trees that do not know their rows.</param>
    public static ExactSums Of(AdditivePart part, int[] players, int features, float[] background, int rows)
    {
        if (part.Trees is { } trees)
        {
            var covered = trees.Select(tree => tree.HasCovers ? tree : tree.CoveredBy(background, rows, players.Length)).ToList();
            return new ExactSums(part, new TreeShap(covered, players, features, part.BaseScores), null);
        }

        var means = new double[players.Length];
        for (var i = 0; i < background.Length; i++)
        {
            means[i % means.Length] += background[i] / (double)rows;
        }

        return new ExactSums(part, null, new LinearShap(part.Weights!, part.BaseScores, means, players, features));
    }

    public Attributions Explain(float[] columns, int rows) => _trees?.Explain(columns, rows) ?? _linear!.Explain(columns, rows);
}
