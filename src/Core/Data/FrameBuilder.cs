using System.Runtime.InteropServices;
using System.Text;

namespace Mlops.Data;

/// <summary>Puts the rows of a file into memory as its schema says.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class FrameBuilder : CsvSink
{
    private readonly DataSchema _schema;
    private readonly ColumnBuilder[] _columns;

    /// <param name="schema">The columns, in file order.</param>
    /// <param name="rows">About how many rows there will be.</param>
    public FrameBuilder(DataSchema schema, int rows)
    {
        _schema = schema;
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

    /// <exception cref="InvalidDataException">A value does not fit its column's type.</exception>
    public override void Row(CsvRow row)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!_columns[i].TryAdd(row[i]))
            {
                throw new InvalidDataException($"Line {row.Line}: the value in column '{_schema.Columns[i].Name}' is no {_schema.Columns[i].Type}.");
            }
        }
    }

    public DataFrame Build() => new([.. _columns.Select(column => column.Build())]);

    private abstract class ColumnBuilder
    {
        public abstract bool TryAdd(ReadOnlySpan<byte> text);

        public abstract Column Build();
    }

    private sealed class NumericBuilder(ColumnSchema schema, int rows) : ColumnBuilder
    {
        private readonly List<double> _values = new(rows);

        public override bool TryAdd(ReadOnlySpan<byte> text)
        {
            var isRead = TryRead(text, out var value);
            if (!isRead)
            {
                value = double.NaN;
            }

            _values.Add(value);
            return isRead || CsvValue.IsMissing(text);
        }

        public override Column Build() => new NumericColumn(schema, [.. _values]);

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
        private readonly List<int> _codes;
        private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        private char[] _characters = new char[256];

        public StringBuilder(ColumnSchema schema, int rows)
        {
            _schema = schema;
            _codes = new List<int>(rows);
            _lookup = _levels.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public override bool TryAdd(ReadOnlySpan<byte> text)
        {
            if (CsvValue.IsMissing(text))
            {
                _codes.Add(StringColumn.Missing);
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

            _codes.Add(code);
            return true;
        }

        public override Column Build()
        {
            var levels = new string[_levels.Count];
            foreach (var (level, code) in _levels)
            {
                levels[code] = level;
            }

            return new StringColumn(_schema, [.. _codes], levels);
        }
    }
}
