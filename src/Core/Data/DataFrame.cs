namespace Mlops.Data;

/// <summary>One column of values in memory.</summary>
public abstract class Column
{
    private protected Column(ColumnSchema schema) => Schema = schema;

    public ColumnSchema Schema { get; }

    public string Name => Schema.Name;

    public abstract int Length { get; }

    /// <summary>The rows named by <paramref name="rows"/>, in that order.</summary>
    public abstract Column Take(ReadOnlySpan<int> rows);
}

/// <summary>Integers, numbers, booleans (0 and 1) and timestamps (Unix seconds); a missing value is NaN.</summary>
public sealed class NumericColumn : Column
{
    public NumericColumn(ColumnSchema schema, double[] values)
        : base(schema)
    {
        if (!schema.IsNumeric)
        {
            throw new ArgumentException($"A {schema.Type} column is not numeric.", nameof(schema));
        }

        Values = values;
    }

    public double[] Values { get; }

    public override int Length => Values.Length;

    public override Column Take(ReadOnlySpan<int> rows)
    {
        var taken = new double[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            taken[i] = Values[rows[i]];
        }

        return new NumericColumn(Schema, taken);
    }
}

/// <summary>Categories and texts: each value is an index into the distinct levels, −1 where it is missing.</summary>
public sealed class StringColumn : Column
{
    public const int Missing = -1;

    public StringColumn(ColumnSchema schema, int[] codes, string[] levels)
        : base(schema)
    {
        if (schema.IsNumeric)
        {
            throw new ArgumentException($"A {schema.Type} column does not hold strings.", nameof(schema));
        }

        (Codes, Levels) = (codes, levels);
    }

    public int[] Codes { get; }

    /// <summary>The distinct values; in data read from a file, in order of first appearance.</summary>
    public string[] Levels { get; }

    public override int Length => Codes.Length;

    public string? this[int row] => Codes[row] is Missing ? null : Levels[Codes[row]];

    /// <remarks>Levels are kept even if no taken row has them, so that codes mean the same in every part of a split.</remarks>
    public override Column Take(ReadOnlySpan<int> rows)
    {
        var taken = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            taken[i] = Codes[rows[i]];
        }

        return new StringColumn(Schema, taken, Levels);
    }
}

/// <summary>Columns of equal length, addressed by name.</summary>
public sealed class DataFrame
{
    private readonly Dictionary<string, Column> _byName;

    public DataFrame(IReadOnlyList<Column> columns)
    {
        ArgumentOutOfRangeException.ThrowIfZero(columns.Count);
        if (columns.Any(column => column.Length != columns[0].Length))
        {
            throw new ArgumentException("The columns differ in length.", nameof(columns));
        }

        _byName = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        Columns = columns;
    }

    public IReadOnlyList<Column> Columns { get; }

    public int RowCount => Columns[0].Length;

    public DataSchema Schema => new([.. Columns.Select(column => column.Schema)]);

    public Column this[string name] => _byName[name];

    public Column? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The named columns, in the order named.</summary>
    public DataFrame Select(IEnumerable<string> names) => new([.. names.Select(name => this[name])]);

    /// <summary>The rows named by <paramref name="rows"/>, in that order.</summary>
    public DataFrame Take(ReadOnlySpan<int> rows)
    {
        var columns = new Column[Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Columns[i].Take(rows);
        }

        return new DataFrame(columns);
    }
}
