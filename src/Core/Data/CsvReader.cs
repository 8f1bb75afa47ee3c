using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace Mlops.Data;

/// <summary>Reads CSV as RFC 4180 has it from bytes as they come, and gives row after row to a sink.</summary>
/// <remarks>
/// <para>UTF-8, with or without byte order mark; commas; lines end in LF or CRLF, the last one optionally; values with commas,
/// quotes or line ends stand in double quotes, quotes inside them doubled. The header is required and its names are unique;
/// spaces around them do not count, while spaces around values do. Blank lines are skipped. Anything else is a
/// <see cref="CsvFault"/>; so are NUL bytes and whatever exceeds the limits.</para>
/// <para>Where the bytes are cut into writes makes no difference. Memory is a few times the longer of a write and a row. Not
/// safe for concurrent use.</para>
/// </remarks>
public sealed class CsvReader(CsvSink sink, CsvLimits limits) : IDisposable
{
    private const byte Quote = (byte)'"', Comma = (byte)',', LineFeed = (byte)'\n', CarriageReturn = (byte)'\r';
    private const int BlockBytes = 256 * 1024;

    // Vectors are loaded past the end of the data, never past the end of the buffer.
    private static readonly int Slack = Vector256<byte>.Count;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(2 * BlockBytes);
    private int _length;
    private int _line = 1;
    private bool _begun;
    private bool _suspect;

    // A row that was cut off is looked at again only when twice as much of it is there, so that a long row costs linear time.
    private int _retryAt;
    private string[]? _names;
    private bool _hasRows;
    private CsvFault? _fault;

    private CsvField[] _fields = new CsvField[64];
    private int _fieldCount;
    private bool _hasEscapes;

    private enum Scan { Row, CutOff, Faulty }

    /// <summary>Reads a stream to its end or its first fault.</summary>
    public static async Task<CsvFault?> ReadAsync(Stream content, CsvSink sink, CsvLimits limits, CancellationToken cancellationToken)
    {
        using var reader = new CsvReader(sink, limits);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(block, cancellationToken)) > 0)
            {
                if (reader.Write(block.AsSpan(0, read)) is { } fault)
                {
                    return fault;
                }
            }

            return reader.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Takes the next bytes of the file.</summary>
    /// <returns>The first fault, if there is one yet; the reader then takes no more.</returns>
    public CsvFault? Write(ReadOnlySpan<byte> bytes)
    {
        if (_fault is not null)
        {
            return _fault;
        }

        Append(bytes);
        return _length < _retryAt ? null : _fault = Consume(final: false);
    }

    /// <summary>Says that the file ends here.</summary>
    /// <returns>The first fault of the whole file, or null if there is none and every row has been given to the sink.</returns>
    public CsvFault? Complete() => _fault ??= Consume(final: true) ?? (_names, _hasRows) switch
    {
        (null, _) => new CsvFault(1, null, "The file is empty; it needs a header."),
        (_, false) => new CsvFault(_line, null, "There are no rows below the header."),
        _ => null,
    };

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length + Slack > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _length + bytes.Length + Slack));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private CsvFault? Consume(bool final)
    {
        var position = 0;
        if (!_begun)
        {
            if (_length < 3 && !final)
            {
                return null;
            }

            if (SkipByteOrderMark(ref position) is { } fault)
            {
                return fault;
            }

            _begun = true;
        }

        // A complete row ends in a line feed, which is no part of a longer UTF-8 sequence: up to the last one nothing is cut.
        var whole = final ? _length : _buffer.AsSpan(0, _length).LastIndexOf(LineFeed) + 1;
        var rows = _buffer.AsSpan(0, Math.Max(whole, position))[position..];
        _suspect = !Utf8.IsValid(rows) || rows.Contains((byte)0);
        while (position < whole)
        {
            var lines = ScanRow(position, final, out var next, out var scan, out var fault);
            if (scan is Scan.CutOff)
            {
                break;
            }

            fault ??= TakeRow(position, next);
            if (fault is not null)
            {
                return fault;
            }

            _line += lines;
            position = next;
        }

        _length -= position;
        _buffer.AsSpan(position, _length).CopyTo(_buffer);
        _retryAt = 2 * _length;
        return _length > limits.MaxRowBytes
            ? new CsvFault(_line, null, $"The row is longer than {limits.MaxRowBytes} bytes; perhaps a quote is not closed.")
            : null;
    }

    private CsvFault? SkipByteOrderMark(ref int position)
    {
        var start = _buffer.AsSpan(0, _length);
        if (start is [0xEF, 0xBB, 0xBF, ..])
        {
            position = 3;
        }

        return start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
            ? new CsvFault(1, null, "The file is UTF-16; it must be UTF-8.")
            : null;
    }

    /// <summary>Finds the values of the row that starts at <paramref name="start"/>.</summary>
    /// <returns>How many lines of the file the row takes.</returns>
    private int ScanRow(int start, bool final, out int next, out Scan scan, out CsvFault? fault)
    {
        var data = _buffer.AsSpan();
        var (field, position, lines) = (start, start, 1);
        (_fieldCount, _hasEscapes, fault, next) = (0, false, null, _length);
        while (position < _length)
        {
            var marks = Marks(data, position);
            var origin = position;
            position += Slack;
            for (; marks != 0; marks &= marks - 1)
            {
                var at = origin + BitOperations.TrailingZeroCount(marks);
                if (data[at] is Comma)
                {
                    AddField(field, at - field, escaped: false);
                    field = at + 1;
                }
                else if (data[at] is LineFeed)
                {
                    AddField(field, at - field - (at > field && data[at - 1] is CarriageReturn ? 1 : 0), escaped: false);
                    (next, scan) = (at + 1, Scan.Row);
                    return lines;
                }
                else if (data[at] is CarriageReturn)
                {
                    if (at + 1 == _length && !final)
                    {
                        scan = Scan.CutOff;
                        return 0;
                    }

                    if (at + 1 == _length || data[at + 1] is not LineFeed)
                    {
                        return Fault(_fieldCount, "A carriage return has no line feed after it.", out fault, out scan);
                    }
                }
                else if (at > field)
                {
                    return Fault(_fieldCount, "A quote stands inside a value that does not start with one.", out fault, out scan);
                }
                else if (AddQuoted(at, final, ref lines, out next, out scan, out fault))
                {
                    field = position = next;
                    break;
                }
                else
                {
                    return lines;
                }
            }
        }

        next = _length;
        AddField(field, _length - field, escaped: false);
        scan = final ? Scan.Row : Scan.CutOff;
        return lines;
    }

    /// <summary>One bit for each of the 32 bytes from <paramref name="position"/> on that may end a value or start a quoted one.</summary>
    private uint Marks(ReadOnlySpan<byte> data, int position)
    {
        var bytes = Vector256.Create(data.Slice(position, Vector256<byte>.Count));
        var marks = (Vector256.Equals(bytes, Vector256.Create(Comma))
            | Vector256.Equals(bytes, Vector256.Create(LineFeed))
            | Vector256.Equals(bytes, Vector256.Create(CarriageReturn))
            | Vector256.Equals(bytes, Vector256.Create(Quote))).ExtractMostSignificantBits();
        return _length - position < Vector256<byte>.Count ? marks & ((1u << (_length - position)) - 1) : marks;
    }

    /// <summary>Adds the value whose opening quote is at <paramref name="open"/>.</summary>
    /// <returns>Whether another value follows, at <paramref name="next"/>; otherwise the scan of the row is over.</returns>
    private bool AddQuoted(int open, bool final, ref int lines, out int next, out Scan scan, out CsvFault? fault)
    {
        var data = _buffer.AsSpan(0, _length);
        (next, scan, fault) = (_length, Scan.CutOff, null);
        var close = ClosingQuote(data, open + 1, final, out var escaped);
        if (close < 0)
        {
            lines = final ? Fault(_fieldCount, "A quote is not closed.", out fault, out scan) : 0;
            return false;
        }

        lines += data[open..close].Count(LineFeed);
        AddField(open + 1, close - open - 1, escaped);
        var rest = data[(close + 1)..];
        if (rest is [Comma, ..])
        {
            next = close + 2;
            return true;
        }

        if (rest is [LineFeed, ..] or [CarriageReturn, LineFeed, ..])
        {
            (next, scan) = (close + (rest[0] is LineFeed ? 2 : 3), Scan.Row);
        }
        else if (rest.Length > 1 || (final && rest.Length is 1) || rest is [not CarriageReturn])
        {
            lines = Fault(_fieldCount - 1, "Text follows the closing quote.", out fault, out scan);
        }
        else if (final)
        {
            scan = Scan.Row;
        }

        return false;
    }

    /// <returns>-1 if it is not there, or not known to be closing yet.</returns>
    private static int ClosingQuote(ReadOnlySpan<byte> data, int from, bool final, out bool escaped)
    {
        escaped = false;
        while (data[from..].IndexOf(Quote) is var found and >= 0)
        {
            var close = from + found;
            if (close + 1 == data.Length || data[close + 1] is not Quote)
            {
                return close + 1 < data.Length || final ? close : -1;
            }

            escaped = true;
            from = close + 2;
        }

        return -1;
    }

    private void AddField(int start, int length, bool escaped)
    {
        // Values beyond the most that there may be are counted, not kept.
        if (_fieldCount == _fields.Length && _fieldCount <= limits.MaxColumns)
        {
            Array.Resize(ref _fields, 2 * _fieldCount);
        }

        if (_fieldCount < _fields.Length)
        {
            _fields[_fieldCount] = new CsvField(start, length, escaped);
        }

        _fieldCount++;
        _hasEscapes |= escaped;
    }

    private int Fault(int column, string reason, out CsvFault? fault, out Scan scan)
    {
        fault = new CsvFault(_line, NameOf(column), reason);
        scan = Scan.Faulty;
        return 0;
    }

    private string? NameOf(int column) => column < _names?.Length ? _names[column] : null;

    private CsvFault? TakeRow(int start, int next)
    {
        var isBlank = _fieldCount is 1 && _fields[0] is { Length: 0 } only && only.Start == start;
        if (isBlank)
        {
            return null;
        }

        var expected = _names?.Length ?? limits.MaxColumns;
        if (_fieldCount > expected || (_fieldCount < expected && _names is not null))
        {
            return new CsvFault(_line, null, _names is null
                ? $"The header has {_fieldCount} columns; there may be {limits.MaxColumns}."
                : $"The row has {_fieldCount} {(_fieldCount is 1 ? "value" : "values")}; the header has {expected}.");
        }

        if (next - start > limits.MaxRowBytes)
        {
            return new CsvFault(_line, null, $"The row is longer than {limits.MaxRowBytes} bytes; perhaps a quote is not closed.");
        }

        if ((next - start > limits.MaxFieldBytes ? FirstTooLong() : null) is { } tooLong)
        {
            return tooLong;
        }

        if ((_suspect ? FirstIllegible() : null) is { } illegible)
        {
            return illegible;
        }

        if (_hasEscapes)
        {
            UndoEscapes();
        }

        var row = new CsvRow(_buffer, _fields.AsSpan(0, _fieldCount), _line);
        if (_names is null)
        {
            return TakeHeader(row);
        }

        _hasRows = true;
        sink.Row(row);
        return null;
    }

    private CsvFault? FirstTooLong()
    {
        for (var i = 0; i < _fieldCount; i++)
        {
            if (_fields[i].Length > limits.MaxFieldBytes)
            {
                return new CsvFault(_line, NameOf(i), $"The value in column {i + 1} is longer than {limits.MaxFieldBytes} bytes.");
            }
        }

        return null;
    }

    private CsvFault? FirstIllegible()
    {
        for (var i = 0; i < _fieldCount; i++)
        {
            var value = _buffer.AsSpan(_fields[i].Start, _fields[i].Length);
            if (!Utf8.IsValid(value))
            {
                return new CsvFault(_line, NameOf(i), $"The value in column {i + 1} is not UTF-8.");
            }

            if (value.Contains((byte)0))
            {
                return new CsvFault(_line, NameOf(i), $"The value in column {i + 1} has a NUL byte.");
            }
        }

        return null;
    }

    private void UndoEscapes()
    {
        for (var i = 0; i < _fieldCount; i++)
        {
            if (_fields[i].Escaped)
            {
                var value = _buffer.AsSpan(_fields[i].Start, _fields[i].Length);
                var (kept, from) = (0, 0);
                while (from < value.Length)
                {
                    var quote = value[from..].IndexOf(Quote);
                    var length = quote < 0 ? value.Length - from : quote + 1;
                    value.Slice(from, length).CopyTo(value[kept..]);
                    kept += length;
                    from += length + 1;
                }

                _fields[i] = new CsvField(_fields[i].Start, kept, Escaped: false);
            }
        }
    }

    private CsvFault? TakeHeader(CsvRow row)
    {
        var names = new string[row.Count];
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i] = Encoding.UTF8.GetString(row[i]).Trim();
            var problem = name switch
            {
                "" => $"Column {i + 1} has no name.",
                _ when name.Length > limits.MaxNameLength => $"The name of column {i + 1} is longer than {limits.MaxNameLength} characters.",
                _ when name.Any(char.IsControl) => $"The name of column {i + 1} has a control character.",
                _ when names.Length is 1 && name.AsSpan().IndexOfAny(';', '\t') >= 0 =>
                    "The header has no comma; values must be separated by commas, not by semicolons or tabs.",
                _ when !seen.TryAdd(name, i) => $"Columns {seen[name] + 1} and {i + 1} have the same name.",
                _ => null,
            };
            if (problem is not null)
            {
                return new CsvFault(row.Line, name.Length is 0 || name.Length > limits.MaxNameLength ? null : name, problem);
            }
        }

        _names = names;
        sink.Header(names);
        return null;
    }
}
