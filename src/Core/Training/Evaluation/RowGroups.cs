using Mlops.Data;

namespace Mlops.Training;

/// <summary>Rows that belong together, by a column.</summary>
internal static class RowGroups
{
    /// <summary>The group of each row, from 0 without gaps; rows without a value are one group.</summary>
    public static int[] Groups(Column column)
    {
        var numbers = new Dictionary<double, int>();
        var groups = new int[column.Length];
        for (var row = 0; row < groups.Length; row++)
        {
            // NaN equals itself as a key.
            var key = column is NumericColumn numeric ? numeric.Values[row] : ((StringColumn)column).Codes[row];
            if (!numbers.TryGetValue(key, out groups[row]))
            {
                groups[row] = numbers.Count;
                numbers.Add(key, groups[row]);
            }
        }

        return groups;
    }

    /// <summary>The rows of each instant, from the earliest; rows without a time are left out.</summary>
    /// <param name="rows">How many of the column's rows are meant, from the first.</param>
    /// <exception cref="TrainingRefusedException">The column holds neither times nor numbers.</exception>
    public static IReadOnlyList<int[]> Times(Column column, int rows) => column is NumericColumn numeric
        ? [.. Enumerable.Range(0, rows)
            .Where(row => !double.IsNaN(numeric.Values[row]))
            .GroupBy(row => numeric.Values[row])
            .OrderBy(instant => instant.Key)
            .Select(instant => instant.ToArray())]
        : throw new TrainingRefusedException(
            $"'{column.Name}' is a {column.Schema.Type.ToString().ToLowerInvariant()}; an order of time needs timestamps or numbers.");
}
