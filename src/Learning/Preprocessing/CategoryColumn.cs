using Mlops.Data;
using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A string feature whose missing values are a category of their own, or one of the others.</summary>
/// <param name="index">Of the feature among the string features.</param>
/// <param name="missingAs">The category that a missing value counts as; null for one of its own, "".</param>
internal sealed class CategoryColumn(int index, string? missingAs)
{
    public StringColumn Read(RawFeatures features)
    {
        var column = features.Strings[index];
        return missingAs is null
            ? column
            : new StringColumn(
                column.Schema,
                Array.ConvertAll(column.Codes, code => code is StringColumn.Missing ? column.Levels.Length : code),
                [.. column.Levels.Select(level => level.Length is 0 ? missingAs : level), missingAs]);
    }

    /// <summary>[rows, 1].</summary>
    public GraphValue ToGraph(ModelGraph graph) => graph.String(index);

    /// <summary>What each category becomes, the missing one included, as the graph has to know it.</summary>
    public (string[] Keys, TValue[] Values) Table<TValue>(IReadOnlyList<string> names, IReadOnlyList<TValue> values, TValue otherwise)
    {
        if (missingAs is null)
        {
            return ([.. names], [.. values]);
        }

        var at = Enumerable.Range(0, names.Count).FirstOrDefault(i => names[i] == missingAs, -1);
        return ([.. names, ""], [.. values, at < 0 ? otherwise : values[at]]);
    }
}
