using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>How a linear model sees the features: scaled numbers, then the levels of each category one-hot.</summary>
internal sealed class LinearEncoding
{
    private readonly NumericScaling _scaling;
    private readonly CategoryLevels[] _levels;
    private readonly int _rows;

    private LinearEncoding(ModelSignature signature, RawFeatures features)
    {
        var (numbers, strings) = FeatureImportance.Positions(signature);
        _rows = features.Rows;
        _scaling = NumericScaling.Learn(features.Numbers, [.. numbers.Select(index => signature.Features[index].Name)]);
        _levels = Array.ConvertAll(features.Strings, CategoryLevels.Learn);
        Origins = [.. numbers, .. strings.Zip(_levels).SelectMany(pair => Enumerable.Repeat(pair.First, pair.Second.Names.Length))];
    }

    public int Width => Origins.Length;

    /// <summary>The index in the signature of the feature that each column was made from.</summary>
    public int[] Origins { get; }

    /// <exception cref="TrainingRefusedException">There is no usable feature, or one that cannot be scaled.</exception>
    public static LinearEncoding Learn(RawFeatures features, ModelSignature signature, out DesignMatrix matrix)
    {
        TrainingChecks.RequireSize(features.Rows, features.Numbers.Length, "numeric features");
        var encoding = new LinearEncoding(signature, features);
        TrainingChecks.RequireUsable(
        [
            .. Enumerable.Range(0, encoding._scaling.Width).Select(encoding._scaling.IsUsable),
            .. encoding._levels.Select(levels => levels.Names.Length > 1),
        ]);
        matrix = encoding.Encode(features);
        return encoding;
    }

    public DesignMatrix Encode(RawFeatures features) => new(
        features.Rows,
        _scaling.Apply(features.Numbers, features.Rows),
        [.. _levels.Zip(features.Strings, (levels, column) => levels.Encode(column))],
        Array.ConvertAll(_levels, levels => levels.Names.Length));

    /// <summary>The standard deviation of each column over the training rows.</summary>
    public double[] Deviations() =>
    [
        .. Enumerable.Range(0, _scaling.Width).Select(column => _scaling.IsUsable(column) ? 1.0 : 0),
        .. _levels
            .SelectMany(levels => levels.Counts)
            .Select(count => (double)count / _rows)
            .Select(share => Math.Sqrt(share * (1 - share))),
    ];

    public GraphValue ToGraph(ModelGraph graph)
    {
        var parts = new List<GraphValue>();
        if (graph.Numbers is { } numbers)
        {
            parts.Add(_scaling.ToGraph(graph.Writer, numbers));
        }

        for (var i = 0; i < _levels.Length; i++)
        {
            parts.Add(graph.OneHot(i, _levels[i]));
        }

        return graph.Join(parts);
    }
}
