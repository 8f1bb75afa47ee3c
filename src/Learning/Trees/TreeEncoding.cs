using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>How trees see the features: numbers as they are, NaN where missing; then categories, then the terms of texts.</summary>
/// <remarks>
/// A category of up to 16 levels is one-hot, a missing value being a level of its own if training has seen one, and an unknown value all
/// zeros. One of more levels is a single column of their ranks by frequency; missing and unknown values are NaN there.
/// </remarks>
internal sealed class TreeEncoding
{
    private readonly FeatureEncoding _encoding;

    public TreeEncoding(RawFeatures features, ModelSignature signature)
        : this(new FeatureEncodingBuilder(features, signature, Preparation.Default, EncodingDefaults.Trees))
    {
    }

    private TreeEncoding(FeatureEncodingBuilder learned) => (_encoding, Levels) = (learned.Encoding, learned.RankedLevels);

    /// <summary>The index in the signature of the feature that each column was made from.</summary>
    public int[] Origins => _encoding.Origins;

    /// <summary>How many levels each column ranks; 0 for a number or for one level of a one-hot category.</summary>
    public int[] Levels { get; }

    /// <param name="columns">Those of the training rows, encoded: where a column was learned from targets, from those of other rows.</param>
    public static TreeEncoding Learn(
        RawFeatures features, ModelSignature signature, Preparation preparation, out TreeColumns columns)
    {
        var learned = new FeatureEncodingBuilder(features, signature, preparation, EncodingDefaults.Trees);
        TrainingChecks.RequireSize(features.Rows, learned.Encoding.Origins.Length, "feature columns");
        columns = Columns(learned.Encoding, learned.Training);
        return new TreeEncoding(learned);
    }

    public TreeColumns Columns(RawFeatures features) => Columns(_encoding, _encoding.Encode(features));

    public float[][] Encode(RawFeatures features) => Columns(features).Columns.ToArrays(features.Rows);

    public GraphValue ToGraph(ModelGraph graph) => _encoding.ToGraph(graph);

    private static TreeColumns Columns(FeatureEncoding encoding, EncodedFeatures encoded)
    {
        var indicators = new List<Indicators>();
        var next = encoded.NumberColumns.Length;
        foreach (var (width, codes) in encoding.CategoryWidths.Zip(encoded.Codes))
        {
            indicators.Add(new Indicators(next, width, codes));
            next += width;
        }

        return new TreeColumns(
            [
                .. encoded.NumberColumns,
                .. indicators.SelectMany(category => Enumerable.Range(0, category.Width).Select(category.Column)),
                .. encoded.Terms.SelectMany(terms => LazyColumns.Of(terms.ToColumns())),
            ],
            indicators);
    }
}
