namespace Mlops.Data;

/// <summary>What takes the rows that a <see cref="CsvReader"/> finds.</summary>
public abstract class CsvSink
{
    /// <summary>Called once, before any row.</summary>
    public abstract void Header(IReadOnlyList<string> names);

    /// <summary>Called for each row, in file order.</summary>
    public abstract void Row(CsvRow row);
}

/// <summary>One row: as many values as the header has names. Valid only during the call that it is given to.</summary>
public readonly ref struct CsvRow
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly ReadOnlySpan<CsvField> _fields;

    internal CsvRow(ReadOnlySpan<byte> data, ReadOnlySpan<CsvField> fields, int line)
    {
        _data = data;
        _fields = fields;
        Line = line;
    }

    /// <summary>The line of the file on which the row starts, counting from 1.</summary>
    public int Line { get; }

    public int Count => _fields.Length;

    /// <summary>A value in UTF-8, without its quotes.</summary>
    public ReadOnlySpan<byte> this[int column]
    {
        get
        {
            ref readonly var field = ref _fields[column];
            return _data.Slice(field.Start, field.Length);
        }
    }

    /// <summary>Where a value stands in the reader's buffer.</summary>
    internal CsvField Field(int column) => _fields[column];

    /// <summary>All bytes from the first value to the last, which stand from <paramref name="origin"/> on in the reader's buffer.</summary>
    internal ReadOnlySpan<byte> Bytes(out int origin)
    {
        origin = _fields[0].Start;
        return _data[origin..(_fields[^1].Start + _fields[^1].Length)];
    }
}

/// <summary>Where a value stands in the reader's buffer, and whether it has doubled quotes still to undo.</summary>
internal readonly record struct CsvField(int Start, int Length, bool Escaped);
