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
    public static LazyColumn[] Of(float[][] columns) =>
        Array.ConvertAll<float[], LazyColumn>(columns, column => (start, values) => column.AsSpan(start, values.Length).CopyTo(values));

    public static float[][] ToArrays(this LazyColumn[] columns, int rows) => Array.ConvertAll(columns, column =>
    {
        var values = new float[rows];
        column(0, values);
        return values;
    });
}
