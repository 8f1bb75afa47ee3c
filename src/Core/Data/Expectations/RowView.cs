namespace Mlops.Data;

/// <summary>A row of a batch as expectations see it. Valid only during the call that it is given to.</summary>
internal readonly ref struct RowView(RowBatch batch, int place)
{
    /// <summary>The row's place below the header, from 0.</summary>
    public long Number => batch.First + place;

    public ReadOnlySpan<byte> Text(int column) => batch.Text(column, place);

    public ref readonly Cell this[int column] => ref batch.Cells(column)[place];

    public (ulong Low, ulong High) Hash(int column) => batch.Hashes(column)[place];

    /// <summary>The value as a point on a line: a number, or a timestamp in Unix seconds; NaN if it is neither.</summary>
    public double Point(int column)
    {
        ref readonly var cell = ref this[column];
        return cell.IsNumber ? cell.Number : IsoTimestamp.TryRead(Text(column), out var seconds) ? seconds : double.NaN;
    }
}
