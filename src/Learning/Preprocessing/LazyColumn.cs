namespace Mlops.Learning;

/// <summary>Writes a column of numbers, NaN where one is missing, to where it is wanted: as many as there is room for.</summary>
/// <remarks>
/// In single precision all features are half as large as the table itself: whoever can do with one column at a time has no need of that.
/// A column may be asked for more than once, and by several threads.
/// </remarks>
/// <param name="start">The first row wanted.</param>
internal delegate void LazyColumn(int start, Span<float> values);

internal static class LazyColumns
{
    private const int BlockRows = 1_024;

    public static LazyColumn[] Of(float[][] columns) =>
        Array.ConvertAll<float[], LazyColumn>(columns, column => (start, values) => column.AsSpan(start, values.Length).CopyTo(values));

    public static float[][] ToArrays(this LazyColumn[] columns, int rows) => Array.ConvertAll(columns, column =>
    {
        var values = new float[rows];
        column(0, values);
        return values;
    });

    /// <summary>Hands over all columns, some rows at a time: the first of them, how many they are, and column by column their values.</summary>
    public static void ForEachBlock(this LazyColumn[] columns, int rows, Action<int, int, float[][]> use)
    {
        var block = Array.ConvertAll(columns, _ => new float[Math.Min(rows, BlockRows)]);
        for (var start = 0; start < rows; start += BlockRows)
        {
            var count = Math.Min(BlockRows, rows - start);
            for (var column = 0; column < columns.Length; column++)
            {
                columns[column](start, block[column].AsSpan(0, count));
            }

            use(start, count, block);
        }
    }
}
