using System.Text.Json;

namespace Mlops.Data;

/// <summary>The values of a set as a suite names them: texts by their bytes, numbers by their value, <c>true</c> and <c>false</c>.</summary>
internal sealed class ValueSet
{
    private readonly TextSet _texts;
    private readonly Dictionary<double, int> _numbers = [];
    private readonly int[] _places;
    private readonly int _true = -1;
    private readonly int _false = -1;

    /// <param name="values">Texts, numbers and booleans; anything else is passed over. Repeated ones count once.</param>
    public ValueSet(IReadOnlyList<JsonElement> values)
    {
        Values = values;
        var texts = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var places = new List<int>();
        for (var i = 0; i < values.Count; i++)
        {
            switch (values[i].ValueKind)
            {
                case JsonValueKind.String when values[i].GetString() is { } text && seen.Add(text):
                    texts.Add(text);
                    places.Add(i);
                    break;
                case JsonValueKind.Number:
                    _numbers.TryAdd(values[i].GetDouble(), i);
                    break;
                case JsonValueKind.True:
                    _true = i;
                    break;
                case JsonValueKind.False:
                    _false = i;
                    break;
            }
        }

        (_texts, _places) = (new TextSet(texts), [.. places]);
    }

    public IReadOnlyList<JsonElement> Values { get; }

    /// <summary>Whether it must be known of a value what number it is.</summary>
    public bool ReadsNumbers => _numbers.Count > 0;

    /// <returns>The place of the value in the set, or −1 if it is not there.</returns>
    public int Find(in RowView row, int column)
    {
        var text = row.Text(column);
        if (_texts.Find(text) is var found and >= 0)
        {
            return _places[found];
        }

        if (row[column].IsNumber && _numbers.TryGetValue(row[column].Number, out var place))
        {
            return place;
        }

        return (_true >= 0 || _false >= 0) && CsvValue.TryBoolean(text, out var truth) ? (truth ? _true : _false) : -1;
    }
}
