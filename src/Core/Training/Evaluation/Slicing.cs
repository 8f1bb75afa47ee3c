using System.Globalization;
using Mlops.Data;

namespace Mlops.Training;

/// <summary>Cuts rows by what a column says.</summary>
/// <remarks>
/// Numbers are cut at their quartiles, unless they are only few; categories by value, the most frequent ones; missing values are a slice of
/// their own. A slice of fewer rows than <see cref="LeastRows"/>, or that leaves fewer outside, is left out: so few prove nothing.
/// </remarks>
public static class Slicing
{
    private const int MostValues = 12;
    private const int FewNumbers = 4;
    private const int FewRows = 20;

    private static readonly double[] Quartiles = [0.25, 0.5, 0.75];

    /// <summary>The least rows of a slice: 20, or one in a hundred of many.</summary>
    public static int LeastRows(int rows) => Math.Max(FewRows, rows / 100);

    /// <summary>The slices of a column: no row is in two of them, and some may be in none.</summary>
    public static IReadOnlyList<Slice> ByColumn(Column column)
    {
        var conditions = new List<SliceCondition>();
        var codes = column switch
        {
            NumericColumn numbers => CodesOf(numbers, conditions),
            StringColumn strings => CodesOf(strings, conditions),
            _ => throw new ArgumentException("There is no such kind of column.", nameof(column)),
        };
        var rows = new List<int>[conditions.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = [];
        }

        for (var row = 0; row < codes.Length; row++)
        {
            if (codes[row] >= 0)
            {
                rows[codes[row]].Add(row);
            }
        }

        var least = LeastRows(column.Length);
        return
        [
            .. conditions.Zip(rows)
                .Where(slice => slice.Second.Count >= least && slice.Second.Count <= column.Length - least)
                .Select(slice => new Slice([slice.First], [.. slice.Second])),
        ];
    }

    private static int[] CodesOf(NumericColumn column, List<SliceCondition> conditions)
    {
        var sorted = Array.FindAll(column.Values, value => !double.IsNaN(value));
        Array.Sort(sorted);
        var distinct = sorted.Distinct().Take(FewNumbers + 1).ToList();
        Func<double, int> codeOf;
        if (distinct.Count <= FewNumbers)
        {
            conditions.AddRange(distinct.Select(value => new SliceCondition(column.Name, Text(value))));
            codeOf = value => distinct.BinarySearch(value);
        }
        else
        {
            var edges = Quartiles.Select(share => sorted[(int)(share * (sorted.Length - 1))]).Distinct().ToList();
            conditions.Add(new SliceCondition(column.Name, UpTo: edges[0]));
            conditions.AddRange(edges.Zip(edges.Skip(1), (low, high) => new SliceCondition(column.Name, Over: low, UpTo: high)));
            conditions.Add(new SliceCondition(column.Name, Over: edges[^1]));
            codeOf = value => edges.FindIndex(edge => value <= edge) is var bin and >= 0 ? bin : edges.Count;
        }

        var missing = conditions.Count;
        conditions.Add(new SliceCondition(column.Name, IsMissing: true));
        return Array.ConvertAll(column.Values, value => double.IsNaN(value) ? missing : codeOf(value));
    }

    private static int[] CodesOf(StringColumn column, List<SliceCondition> conditions)
    {
        var counts = new int[column.Levels.Length];
        foreach (var code in column.Codes)
        {
            if (code >= 0)
            {
                counts[code]++;
            }
        }

        var codeOf = new int[counts.Length];
        Array.Fill(codeOf, -1);
        foreach (var level in Enumerable.Range(0, counts.Length).OrderByDescending(level => counts[level]).Take(MostValues))
        {
            codeOf[level] = conditions.Count;
            conditions.Add(new SliceCondition(column.Name, column.Levels[level]));
        }

        var missing = conditions.Count;
        conditions.Add(new SliceCondition(column.Name, IsMissing: true));
        return Array.ConvertAll(column.Codes, code => code < 0 ? missing : codeOf[code]);
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
