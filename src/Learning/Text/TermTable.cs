using Mlops.Data;

namespace Mlops.Learning;

/// <summary>The terms of each row, kept once for rows of the same text and only where they are not 0.</summary>
/// <param name="codes">The text of each row, or <see cref="StringColumn.Missing"/>.</param>
/// <param name="texts">How many texts there are.</param>
/// <param name="width">How many columns.</param>
internal sealed class TermTable(int[] codes, int texts, int width)
{
    private readonly int[][] _columns = new int[texts][];
    private readonly float[][] _values = new float[texts][];

    public int Width => width;

    /// <summary>The columns of a row that are not 0, ascending.</summary>
    public ReadOnlySpan<int> Columns(int row) => codes[row] is StringColumn.Missing ? [] : _columns[codes[row]];

    /// <summary>The values in those columns.</summary>
    public ReadOnlySpan<float> Values(int row) => codes[row] is StringColumn.Missing ? [] : _values[codes[row]];

    public void Set(int text, int[] columns, float[] values) => (_columns[text], _values[text]) = (columns, values);

    /// <summary>Each column with all its zeros.</summary>
    public float[][] ToColumns()
    {
        var dense = new float[width][];
        for (var column = 0; column < width; column++)
        {
            dense[column] = new float[codes.Length];
        }

        for (var row = 0; row < codes.Length; row++)
        {
            var columns = Columns(row);
            var values = Values(row);
            for (var i = 0; i < columns.Length; i++)
            {
                dense[columns[i]][row] = values[i];
            }
        }

        return dense;
    }
}
