namespace Mlops.Data;

/// <summary>What expectations want to know of a column's values beside their texts.</summary>
[Flags]
internal enum ColumnReads { None = 0, Numbers = 1, Hashes = 2 }

/// <summary>Some rows that follow each other, with what was found of their values once for all expectations that look at them.</summary>
/// <remarks>
/// Only columns that some expectation looks at are kept. After <see cref="Read"/> of every column it is safe for concurrent reading.
/// It holds a few hundred kilobytes, or one row if that is longer.
/// </remarks>
internal sealed class RowBatch
{
    private const int MaxRows = 2_048, MaxValues = 128 * 1024, MaxBytes = 512 * 1024;

    private readonly Column[] _columns;
    private readonly Column?[] _places;
    private readonly int[] _all;
    private byte[] _bytes = new byte[64 * 1024];
    private int _length;

    /// <param name="reads">By column, what is read of it; null if no expectation looks at it.</param>
    public RowBatch(IReadOnlyList<ColumnReads?> reads)
    {
        var rows = Math.Clamp(MaxValues / Math.Max(1, reads.Count(read => read is not null)), 1, MaxRows);
        _places = [.. reads.Select((read, place) => read is { } wanted ? new Column(place, wanted, rows) : null)];
        _columns = [.. _places.OfType<Column>()];
        _all = [.. Enumerable.Range(0, rows)];
    }

    /// <summary>Rows it has.</summary>
    public int Count { get; private set; }

    /// <summary>The number of its first row, from 0.</summary>
    public long First { get; private set; }

    public bool IsFull => Count == _all.Length || _length >= MaxBytes;

    /// <summary>Columns it keeps.</summary>
    public int Columns => _columns.Length;

    /// <summary>The places of all rows, from 0.</summary>
    public ReadOnlySpan<int> All => _all.AsSpan(0, Count);

    public void Clear(long first) => (Count, _length, First) = (0, 0, first);

    public void Add(CsvRow row)
    {
        var bytes = row.Bytes(out var origin);
        if (_length + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        var shift = _length - origin;
        foreach (var column in _columns)
        {
            var field = row.Field(column.Place);
            column.Fields[Count] = (field.Start + shift, field.Length);
        }

        _length += bytes.Length;
        Count++;
    }

    /// <summary>Finds out what is wanted of the values of one of the columns kept, counted from 0. Different columns may be read at once.</summary>
    public void Read(int index)
    {
        var column = _columns[index];
        ReadOnlySpan<byte> bytes = _bytes;
        var cells = column.Cells.AsSpan(0, Count);
        var readsNumbers = (column.Reads & ColumnReads.Numbers) is not 0;
        for (var i = 0; i < cells.Length; i++)
        {
            var (start, length) = column.Fields[i];
            cells[i] = Cell.Read(bytes.Slice(start, length), readsNumbers);
        }

        for (var i = 0; i < Math.Min(Count, column.Hashes.Length); i++)
        {
            var (start, length) = column.Fields[i];
            column.Hashes[i] = cells[i].IsMissing ? DistinctSet.MissingHash : DistinctSet.Hash(bytes.Slice(start, length));
        }
    }

    public ReadOnlySpan<byte> Text(int column, int row)
    {
        var (start, length) = At(column).Fields[row];
        return _bytes.AsSpan(start, length);
    }

    /// <summary>What the values of a column were found to be.</summary>
    public ReadOnlySpan<Cell> Cells(int column) => At(column).Cells.AsSpan(0, Count);

    /// <summary>The hashes of a column's values, that of a missing one being <see cref="DistinctSet.MissingHash"/>.</summary>
    public ReadOnlySpan<(ulong Low, ulong High)> Hashes(int column) => At(column).Hashes.AsSpan(0, Count);

    private Column At(int column) => _places[column] ?? throw new InvalidOperationException($"Column {column} was not asked for.");

    private sealed class Column(int place, ColumnReads reads, int rows)
    {
        public readonly int Place = place;
        public readonly ColumnReads Reads = reads;
        public readonly (int Start, int Length)[] Fields = new (int, int)[rows];
        public readonly Cell[] Cells = new Cell[rows];
        public readonly (ulong Low, ulong High)[] Hashes = (reads & ColumnReads.Hashes) is 0 ? [] : new (ulong, ulong)[rows];
    }
}
