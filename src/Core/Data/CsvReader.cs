using System.Buffers;
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
    private const byte Quote = (byte)'"', LineFeed = (byte)'\n';
    private const int BlockBytes = 256 * 1024;

    private readonly CsvScanner _row = new(limits.MaxColumns);
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
        if (_length + bytes.Length + CsvScanner.Slack > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _length + bytes.Length + CsvScanner.Slack));
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

            if (SkipByteOrderMark(ref position) is { } encoding)
            {
                return encoding;
            }

            _begun = true;
        }

        // A complete row ends in a line feed, which is no part of a longer UTF-8 sequence: up to the last one nothing is cut.
        var whole = final ? _length : _buffer.AsSpan(0, _length).LastIndexOf(LineFeed) + 1;
        var rows = _buffer.AsSpan(0, Math.Max(whole, position))[position..];
        _suspect = !Utf8.IsValid(rows) || rows.Contains((byte)0);
        while (position < whole)
        {
            var scan = _row.Scan(_buffer, position, _length, final);
            if (scan is CsvScan.CutOff)
            {
                break;
            }

            if ((scan is CsvScan.Row ? TakeRow(position) : new CsvFault(_line, NameOf(_row.FaultyColumn), _row.Reason)) is { } fault)
            {
                return fault;
            }

            _line += _row.Lines;
            position = _row.Next;
        }

        _length -= position;
        _buffer.AsSpan(position, _length).CopyTo(_buffer);
        _retryAt = 2 * _length;
        return _length > limits.MaxRowBytes
            ? TooLongRow()
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

    private string? NameOf(int column) => column < _names?.Length ? _names[column] : null;

    private CsvFault? TakeRow(int start)
    {
        var count = _row.Count;
        var isBlank = count is 1 && _row.Fields[0] is { Length: 0 } only && only.Start == start;
        if (isBlank)
        {
            return null;
        }

        if (_names is null ? count > limits.MaxColumns : count != _names.Length)
        {
            return new CsvFault(_line, null, _names is null
                ? $"The header has {count} columns; there may be {limits.MaxColumns}."
                : $"The row has {count} {(count is 1 ? "value" : "values")}; the header has {_names.Length}.");
        }

        var length = _row.Next - start;
        if (length > limits.MaxRowBytes)
        {
            return TooLongRow();
        }

        if ((length > limits.MaxFieldBytes ? FirstTooLong() : null) is { } tooLong)
        {
            return tooLong;
        }

        if ((_suspect ? FirstIllegible() : null) is { } illegible)
        {
            return illegible;
        }

        if (_row.HasEscapes)
        {
            UndoEscapes();
        }

        var row = new CsvRow(_buffer, _row.Fields, _line);
        if (_names is null)
        {
            return TakeHeader(row);
        }

        _hasRows = true;
        sink.Row(row);
        return null;
    }

    private CsvFault TooLongRow() =>
        new(_line, null, $"The row is longer than {limits.MaxRowBytes} bytes; perhaps a quote is not closed.");

    private CsvFault? FirstTooLong()
    {
        var fields = _row.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Length > limits.MaxFieldBytes)
            {
                return new CsvFault(_line, NameOf(i), $"The value in column {i + 1} is longer than {limits.MaxFieldBytes} bytes.");
            }
        }

        return null;
    }

    private CsvFault? FirstIllegible()
    {
        var fields = _row.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            var value = _buffer.AsSpan(fields[i].Start, fields[i].Length);
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
        var fields = _row.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Escaped)
            {
                var value = _buffer.AsSpan(fields[i].Start, fields[i].Length);
                var (kept, from) = (0, 0);
                while (from < value.Length)
                {
                    var quote = value[from..].IndexOf(Quote);
                    var length = quote < 0 ? value.Length - from : quote + 1;
                    value.Slice(from, length).CopyTo(value[kept..]);
                    kept += length;
                    from += length + 1;
                }

                fields[i] = new CsvField(fields[i].Start, kept, Escaped: false);
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
                _ when name.Length > limits.MaxNameLength =>
                    $"The name of column {i + 1} is longer than {limits.MaxNameLength} characters.",
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
