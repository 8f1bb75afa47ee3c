using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A column for each frequent value of a string feature, and if there are others one for all of them.</summary>
/// <remarks>Where nothing is folded a value that training has not seen is zero in all columns; else it counts as folded.</remarks>
internal sealed class OneHotCategory
{
    private readonly CategoryColumn _feature;
    private readonly CategoryLevels _levels;
    private readonly int _kept;

    /// <param name="mostKept">At most this many values get a column of their own.</param>
    /// <param name="leastShare">Of the rows, for a column of its own.</param>
    public OneHotCategory(CategoryColumn feature, CategoryLevels levels, int mostKept, double leastShare)
    {
        (_feature, _levels) = (feature, levels);
        var rows = levels.Counts.Sum();
        _kept = levels.Counts.Take(mostKept).TakeWhile(count => count >= leastShare * rows).Count();
    }

    public int Width => _kept + (Folds ? 1 : 0);

    private bool Folds => _kept < _levels.Names.Length;

    private int Otherwise => Folds ? _kept : CategoryLevels.Unknown;

    /// <summary>The column of each row, <see cref="CategoryLevels.Unknown"/> if none.</summary>
    public int[] Encode(RawFeatures features) => Array.ConvertAll(
        _levels.Encode(_feature.Read(features)), code => code is CategoryLevels.Unknown || code >= _kept ? Otherwise : code);

    /// <summary>Float [rows, <see cref="Width"/>].</summary>
    public GraphValue ToGraph(ModelGraph graph)
    {
        var (writer, text) = (graph.Writer, _feature.ToGraph(graph));
        var names = _levels.Names[.._kept];
        var (keys, codes) = _feature.Table(names, [.. names.Select((_, code) => (long)code)], (long)Otherwise);
        var hot = keys.Length == names.Length && !Folds
            ? writer.OneHotEncoder(text, names)
            : writer.OneHotEncoder(
                writer.LabelEncoder(text, keys, codes, Otherwise), [.. Enumerable.Range(0, Width).Select(code => (long)code)]);
        return writer.Reshape(hot, 0, Width);
    }
}
