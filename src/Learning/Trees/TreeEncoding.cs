using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>How trees see the features: numbers as they are, NaN where missing; then categories.</summary>
/// <remarks>
/// A category of up to 16 levels is one-hot, a missing value being a level of its own if training has seen one, and an unknown value all
/// zeros. One of more levels is a single column of their ranks by frequency; missing and unknown values are NaN there.
/// </remarks>
internal sealed class TreeEncoding
{
    private const int MaxOneHotLevels = 16;

    private readonly CategoryLevels[] _levels;

    public TreeEncoding(RawFeatures features, ModelSignature signature)
    {
        var (numbers, strings) = FeatureImportance.Positions(signature);
        _levels = Array.ConvertAll(features.Strings, CategoryLevels.Learn);
        Origins = [.. numbers, .. strings.Zip(_levels).SelectMany(pair => Enumerable.Repeat(pair.First, Columns(pair.Second)))];
    }

    /// <summary>The index in the signature of the feature that each column was made from.</summary>
    public int[] Origins { get; }

    /// <summary>How many levels each column ranks; 0 for a number or for one level of a one-hot category.</summary>
    public int[] Levels =>
    [
        .. Enumerable.Repeat(0, Origins.Length - _levels.Sum(Columns)),
        .. _levels.SelectMany(levels => IsOneHot(levels) ? new int[levels.Names.Length] : [levels.Names.Length]),
    ];

    public float[][] Encode(RawFeatures features) =>
        [.. features.Numbers, .. _levels.Zip(features.Strings).SelectMany(pair => Encode(pair.First, pair.First.Encode(pair.Second)))];

    public GraphValue ToGraph(ModelGraph graph)
    {
        var parts = new List<GraphValue>();
        if (graph.Numbers is { } numbers)
        {
            parts.Add(numbers);
        }

        for (var i = 0; i < _levels.Length; i++)
        {
            var levels = _levels[i];
            parts.Add(IsOneHot(levels)
                ? graph.OneHot(i, levels)
                : graph.Writer.LabelEncoder(graph.String(i), levels.Names, [.. levels.Names.Select(Rank)], float.NaN));
        }

        return graph.Join(parts);
    }

    private static IEnumerable<float[]> Encode(CategoryLevels levels, int[] codes)
    {
        if (!IsOneHot(levels))
        {
            return [Array.ConvertAll(codes, code => code is CategoryLevels.Unknown ? float.NaN : Rank(levels.Names[code], code))];
        }

        return Enumerable.Range(0, levels.Names.Length).Select(level => Array.ConvertAll(codes, code => code == level ? 1f : 0f));
    }

    private static float Rank(string name, int rank) => name.Length is 0 ? float.NaN : rank;

    private static bool IsOneHot(CategoryLevels levels) => levels.Names.Length <= MaxOneHotLevels;

    private static int Columns(CategoryLevels levels) => IsOneHot(levels) ? levels.Names.Length : 1;
}
