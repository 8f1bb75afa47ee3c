using System.Runtime.InteropServices;
using System.Text;

namespace Mlops.Data;

/// <summary>Puts the rows of a file into memory as its schema says.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class FrameBuilder : CsvSink
{
    private readonly DataSchema _schema;
    private readonly ColumnBuilder[] _columns;
    private readonly int _rows;
    private int _filled;

    /// <param name="schema">The columns, in file order.</param>
    /// <param name="rows">How many rows there will be.</param>
    public FrameBuilder(DataSchema schema, int rows)
    {
        _schema = schema;
        _rows = rows;
        _columns =
        [
            .. schema.Columns.Select(ColumnBuilder (column) => column.IsNumeric
                ? new NumericBuilder(column, rows)
                : new StringBuilder(column, rows)),
        ];
    }

    /// <exception cref="InvalidDataException">The names are not the schema's.</exception>
    public override void Header(IReadOnlyList<string> names)
    {
        if (!names.SequenceEqual(_schema.Columns.Select(column => column.Name)))
        {
            throw new InvalidDataException("The columns of the file are not those of its schema.");
        }
    }

    /// <exception cref="InvalidDataException">A value does not fit its column's type, or there are more rows than there should
    /// be.</exception>
    public override void Row(CsvRow row)
    {
        if (_filled == _rows)
        {
            throw new InvalidDataException($"There are more than {_rows} rows.");
        }

        for (var i = 0; i < _columns.Length; i++)
        {
            if (!_columns[i].TrySet(_filled, row[i]))
            {
                var column = _schema.Columns[i];
                throw new InvalidDataException($"Line {row.Line}: the value in column '{column.Name}' is no {column.Type}.");
            }
        }

        _filled++;
    }

    /// <exception cref="InvalidDataException">There are fewer rows than there should be.</exception>
    public DataFrame Build() => _filled == _rows
        ? new([.. _columns.Select(column => column.Build())])
        : throw new InvalidDataException($"There are {_filled} rows, not {_rows}.");

    private abstract class ColumnBuilder
    {
        public abstract bool TrySet(int row, ReadOnlySpan<byte> text);

        public abstract Column Build();
    }

    private sealed class NumericBuilder(ColumnSchema schema, int rows) : ColumnBuilder
    {
        private readonly double[] _values = new double[rows];

        public override bool TrySet(int row, ReadOnlySpan<byte> text)
        {
            var isRead = TryRead(text, out var value);
            _values[row] = isRead ? value : double.NaN;
            return isRead || CsvValue.IsMissing(text);
        }

        public override Column Build() => new NumericColumn(schema, _values);

        private bool TryRead(ReadOnlySpan<byte> text, out double value)
        {
            switch (schema.Type)
            {
                case ColumnType.Boolean:
                    var isRead = CsvValue.TryBoolean(text, out var truth);
                    value = truth ? 1 : 0;
                    return isRead;
                case ColumnType.Timestamp:
                    return IsoTimestamp.TryRead(text, out value);
                default:
                    return CsvValue.ReadNumber(text, out value) is NumberForm.Integer or NumberForm.Decimal;
            }
        }
    }

    private sealed class StringBuilder : ColumnBuilder
    {
        private readonly ColumnSchema _schema;
        private readonly int[] _codes;
        private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        private char[] _characters = new char[256];

        public StringBuilder(ColumnSchema schema, int rows)
        {
            _schema = schema;
            _codes = new int[rows];
            _lookup = _levels.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public override bool TrySet(int row, ReadOnlySpan<byte> text)
        {
            if (CsvValue.IsMissing(text))
            {
                _codes[row] = StringColumn.Missing;
                return true;
            }

            if (_characters.Length < text.Length)
            {
                _characters = new char[2 * text.Length];
            }

            var value = _characters.AsSpan(0, Encoding.UTF8.GetChars(text, _characters));
            ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(_lookup, value, out var isKnown);
            if (!isKnown)
            {
                code = _levels.Count - 1;
            }

            _codes[row] = code;
            return true;
        }

        public override Column Build()
        {
            var levels = new string[_levels.Count];
            foreach (var (level, code) in _levels)
            {
                levels[code] = level;
            }

            return new StringColumn(_schema, _codes, levels);
        }
    }
}
