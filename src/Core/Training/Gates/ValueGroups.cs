using System.Globalization;
using Mlops.Data;

namespace Mlops.Training;

/// <summary>Rows that have a value of a column in common.</summary>
/// <param name="Name">As <c>region = north</c> or <c>age from 30 to under 45</c>.</param>
public sealed record RowGroup(string Name, int[] Rows);

/// <summary>Cuts rows by the values of a column.</summary>
/// <remarks>
/// Categories and booleans by value, numbers of at most ten different values too; other numbers at the edges given, or else at their
/// quartiles. Rows without a value are a group of their own. Groups are in order of value, without empty ones.
/// </remarks>
public static class ValueGroups
{
    private const int MostValues = 10;
    private const int LongestName = 80;

    private static readonly double[] Quartiles = [0.25, 0.5, 0.75];

    /// <param name="edges">Inner edges of bins for a column of numbers, ascending; a row at an edge belongs to the bin above it.</param>
    public static IReadOnlyList<RowGroup> Of(Column column, IReadOnlyList<double>? edges = null)
    {
        var (keyOf, nameOf) = column switch
        {
            StringColumn strings => Levels(strings),
            NumericColumn numbers => Numbers(numbers, edges),
            _ => throw new NotSupportedException($"Columns of type {column.GetType().Name} cannot be cut."),
        };
        return
        [
            .. Enumerable.Range(0, column.Length)
                .GroupBy(keyOf)
                .OrderBy(group => group.Key)
                .Select(group => new RowGroup(Short(group.Key < 0 ? $"{column.Name} is missing" : nameOf(group.Key)), [.. group])),
        ];
    }

    private static (Func<int, int> KeyOf, Func<int, string> NameOf) Levels(StringColumn column)
    {
        // By value, for codes follow the order of rows in the file.
        var rank = new int[column.Levels.Length];
        var sorted = Enumerable.Range(0, rank.Length).OrderBy(code => column.Levels[code], StringComparer.Ordinal).ToArray();
        for (var i = 0; i < sorted.Length; i++)
        {
            rank[sorted[i]] = i;
        }

        return (row => column.Codes[row] < 0 ? -1 : rank[column.Codes[row]], key => $"{column.Name} = {column.Levels[sorted[key]]}");
    }

    private static (Func<int, int> KeyOf, Func<int, string> NameOf) Numbers(NumericColumn column, IReadOnlyList<double>? edges)
    {
        var sorted = column.Values.Where(value => !double.IsNaN(value)).Order().ToArray();
        var distinct = sorted.Distinct().Take(MostValues + 1).ToArray();
        if (edges is null && distinct.Length <= MostValues)
        {
            return (row => double.IsNaN(column.Values[row]) ? -1 : Array.BinarySearch(distinct, column.Values[row]),
                key => $"{column.Name} = {Text(distinct[key])}");
        }

        double[] cuts = edges is null
            ? [.. Quartiles.Select(share => Bootstrap.Quantile(sorted, share)).Distinct()]
            : [.. edges];
        return (row => double.IsNaN(column.Values[row]) ? -1 : cuts.Count(cut => column.Values[row] >= cut),
            key => key is 0
                ? $"{column.Name} under {Text(cuts[0])}"
                : key == cuts.Length
                    ? $"{column.Name} from {Text(cuts[^1])}"
                    : $"{column.Name} from {Text(cuts[key - 1])} to under {Text(cuts[key])}");

        string Text(double value) => column.Schema.Type switch
        {
            ColumnType.Boolean => value is 0 ? "false" : "true",
            ColumnType.Timestamp when Math.Abs(value) < 6e10 =>
                DateTime.UnixEpoch.AddSeconds(value).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            _ => value.ToString("0.######", CultureInfo.InvariantCulture),
        };
    }

    private static string Short(string name) => name.Length > LongestName ? $"{name[..LongestName]}…" : name;
}
