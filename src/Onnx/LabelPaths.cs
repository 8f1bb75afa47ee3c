using System.Globalization;

namespace Mlops.Onnx;

/// <summary>The attributes of a node that may hold class labels.</summary>
internal sealed class NodeLabels
{
    private readonly Dictionary<string, List<string>> _lists = new(StringComparer.Ordinal);

    public static bool Holds(string attribute) => attribute
        is "classlabels_strings" or "classlabels_int64s" or "classlabels_ints"
        or "keys_int64s" or "keys_strings" or "values_strings" or "values_int64s" or "classes_strings";

    public void Add(string attribute, IEnumerable<string> values)
    {
        if (!_lists.TryGetValue(attribute, out var list))
        {
            _lists.Add(attribute, list = []);
        }

        list.AddRange(values);
    }

    public void Add(string attribute, IEnumerable<long> values) =>
        Add(attribute, values.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The first of these that is there and not empty.</summary>
    public IReadOnlyList<string>? Find(params ReadOnlySpan<string> attributes)
    {
        foreach (var attribute in attributes)
        {
            if (_lists.TryGetValue(attribute, out var list) && list.Count > 0)
            {
                return list;
            }
        }

        return null;
    }
}

/// <summary>Finds the class labels behind a graph's outputs: from an output back through the nodes that hand labels on.</summary>
/// <remarks>
/// A classifier or ZipMap names its labels. A LabelEncoder renames them; one of the indices 0, 1, 2… names them by itself, as do
/// ArrayFeatureExtractor and Gather, which pick from a constant (skl2onnx writes those after an ArgMax).
/// </remarks>
internal sealed class LabelPaths
{
    private const int MostSteps = 32;

    private readonly Dictionary<string, Step> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _constants = new(StringComparer.Ordinal);

    /// <summary>A constant of the graph that could be labels.</summary>
    public void AddConstant(string name, IReadOnlyList<string> labels) => _constants[name] = labels;

    public void AddNode(string operatorName, string input, string output, NodeLabels labels)
    {
        var own = labels.Find("classlabels_strings", "classlabels_int64s", "classlabels_ints");
        switch (operatorName)
        {
            case not null when own is not null:
                _steps[output] = new Step(input, own);
                break;
            case "LabelEncoder" when labels.Find("classes_strings") is { } byIndex:
                _steps[output] = new Step(input, Keys: [.. Enumerable.Range(0, byIndex.Count).Select(Text)], Values: byIndex);
                break;
            case "LabelEncoder" when labels.Find("values_strings", "values_int64s") is { } values
                && labels.Find("keys_int64s", "keys_strings") is { } keys && keys.Count == values.Count:
                _steps[output] = new Step(input, Keys: keys, Values: values);
                break;
            case "ArrayFeatureExtractor" or "Gather":
                _steps[output] = new Step(input, IsPick: true);
                break;
            case "Identity" or "Cast" or "Reshape" or "Squeeze" or "Flatten":
                _steps[output] = new Step(input);
                break;
        }
    }

    /// <summary>The labels behind an output, in the order of the scores; null if none are found.</summary>
    public IReadOnlyList<string>? Find(string output) => Find(output, 0);

    private IReadOnlyList<string>? Find(string value, int step)
    {
        if (step == MostSteps || !_steps.TryGetValue(value, out var found))
        {
            return null;
        }

        return found switch
        {
            { Labels: { } labels } => labels,
            { Keys: { } keys, Values: { } values } => Renamed(Find(found.Source, step + 1), keys, values),
            { IsPick: true } => _constants.GetValueOrDefault(found.Source),
            _ => Find(found.Source, step + 1),
        };
    }

    private static List<string>? Renamed(IReadOnlyList<string>? labels, IReadOnlyList<string> keys, IReadOnlyList<string> values)
    {
        var byKey = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Count; i++)
        {
            byKey[keys[i]] = values[i];
        }

        labels ??= [.. Enumerable.Range(0, keys.Count).Select(Text)];
        var renamed = labels.Select(label => byKey.GetValueOrDefault(label)).OfType<string>().ToList();
        return renamed.Count == labels.Count && renamed.Distinct(StringComparer.Ordinal).Count() == renamed.Count ? renamed : null;
    }

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);

    private sealed record Step(
        string Source,
        IReadOnlyList<string>? Labels = null,
        IReadOnlyList<string>? Keys = null,
        IReadOnlyList<string>? Values = null,
        bool IsPick = false);
}
