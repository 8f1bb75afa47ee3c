namespace Mlops.Learning;

/// <summary>Which columns are stored together in a byte per row.</summary>
/// <remarks>
/// Of the columns of a one-hot category at most one is 1 in a row. So up to 255 of them share a slot, whose byte says which one it is,
/// counted from 1: a histogram of the slot has the sums of each. This is the bundling of exclusive features of Ke et al., "LightGBM: A
/// highly efficient gradient boosting decision tree", NeurIPS 2017, section 4, where exclusiveness is known and need not be searched
/// for. Any other column has a slot of its own, whose byte is its bin.
/// </remarks>
internal sealed class BinSlots
{
    private readonly int[][] _columns;

    /// <param name="columns">The bins of all columns.</param>
    public BinSlots(FeatureBins[] columns, IReadOnlyList<Indicators> indicators)
    {
        Usable = [.. Enumerable.Range(0, columns.Length).Where(column => columns[column].IsUsable)];
        Category = new int[columns.Length];
        Array.Fill(Category, -1);
        for (var category = 0; category < indicators.Count; category++)
        {
            Category.AsSpan(indicators[category].First, indicators[category].Width).Fill(category);
        }

        var slots = new List<List<int>>();
        foreach (var column in Usable)
        {
            var isNext = slots.Count > 0 && Category[column] >= 0 && Category[slots[^1][^1]] == Category[column];
            if (isNext && slots[^1].Count < byte.MaxValue)
            {
                slots[^1].Add(column);
            }
            else
            {
                slots.Add([column]);
            }
        }

        _columns = [.. slots.Select(slot => slot.ToArray())];
    }

    public int Count => _columns.Length;

    /// <summary>The columns that tell rows apart, ascending.</summary>
    public int[] Usable { get; }

    /// <summary>By column the one-hot category that it is of; −1 if of none.</summary>
    public int[] Category { get; }

    /// <summary>The columns of a slot, ascending; if they are several, the byte n says that the nth of them, from 1, is 1.</summary>
    public ReadOnlySpan<int> this[int slot] => _columns[slot];

    /// <summary>By level of the category that shares a slot, the slot's byte.</summary>
    public byte[] Bytes(int slot, Indicators category)
    {
        var bytes = new byte[category.Width];
        for (var i = 0; i < _columns[slot].Length; i++)
        {
            bytes[_columns[slot][i] - category.First] = (byte)(i + 1);
        }

        return bytes;
    }
}
