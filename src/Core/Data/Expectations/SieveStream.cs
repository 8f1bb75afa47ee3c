using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mlops.Data;

/// <summary>The rows of a CSV file that a suite lets pass, or those that it sets aside, as a CSV file to read from.</summary>
/// <remarks>
/// The file was evaluated before and is in order. Values come out as they went in, quoted where they must be. The rows set aside come
/// with two columns more, first: <c>quarantine_row</c>, the row's number below the header from 1, and
/// <c>quarantine_expectations</c>, what it breaks. Memory is a few blocks and the longest row.
/// </remarks>
internal sealed class SieveStream : ForwardStream
{
    private const int BlockBytes = 256 * 1024;

    private readonly Stream _source;
    private readonly CsvReader _csv;
    private readonly Sink _sink;
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private int _given;
    private bool _isAtEnd;
    private bool _isDisposed;

    /// <param name="source">The file; disposed with this stream.</param>
    /// <param name="evaluation">The evaluation of that file, after all passes.</param>
    /// <param name="givesBroken">Whether the rows set aside are wanted rather than the others.</param>
    public SieveStream(Stream source, SuiteEvaluation evaluation, CsvLimits limits, bool givesBroken)
    {
        _source = source;
        _sink = new Sink(evaluation, givesBroken);
        _csv = new CsvReader(_sink, limits);
    }

    /// <summary>Rows given so far.</summary>
    public long Rows => _sink.Rows;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_given == _sink.Output.WrittenCount)
        {
            _sink.Output.ResetWrittenCount();
            _given = 0;
            if (_isAtEnd)
            {
                return 0;
            }

            var read = await _source.ReadAsync(_block, cancellationToken);
            _isAtEnd = read is 0;
            if ((_isAtEnd ? _csv.Complete() : _csv.Write(_block.AsSpan(0, read))) is { } fault)
            {
                throw new InvalidDataException($"Line {fault.Line}: {fault.Reason}");
            }
        }

        var count = Math.Min(buffer.Length, _sink.Output.WrittenCount - _given);
        _sink.Output.WrittenMemory.Slice(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            ArrayPool<byte>.Shared.Return(_block);
            _csv.Dispose();
            await _source.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private sealed class Sink(SuiteEvaluation evaluation, bool givesBroken) : CsvSink
    {
        private static readonly SearchValues<byte> Special = SearchValues.Create(",\"\r\n"u8);

        private readonly IReadOnlyList<int> _failed = evaluation.BeginSieve();
        private readonly List<int> _broken = [];

        public ArrayBufferWriter<byte> Output { get; } = new(2 * BlockBytes);

        public long Rows { get; private set; }

        public override void Header(IReadOnlyList<string> names)
        {
            string[] own = givesBroken ? [Unused("quarantine_row", names), Unused("quarantine_expectations", names)] : [];
            Write(own.Concat(names).Select(Encoding.UTF8.GetBytes).ToList());
        }

        public override void Row(CsvRow row)
        {
            var number = evaluation.Rows + 1;
            evaluation.Sieve(row, _failed, _broken);
            if (_broken.Count > 0 != givesBroken)
            {
                return;
            }

            Rows++;
            if (givesBroken)
            {
                Write(Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
                Output.Write(","u8);
                Write(Encoding.UTF8.GetBytes(string.Join("; ", _broken.Select(Label))));
                Output.Write(","u8);
            }

            for (var i = 0; i < row.Count; i++)
            {
                if (i > 0)
                {
                    Output.Write(","u8);
                }

                // A line with nothing on it would be no row.
                Write(row[i], mustQuote: row.Count is 1 && row[i].IsEmpty);
            }

            Output.Write("\n"u8);
        }

        private static string Unused(string name, IReadOnlyList<string> names)
        {
            while (names.Contains(name, StringComparer.Ordinal))
            {
                name = "_" + name;
            }

            return name;
        }

        private string Label(int place)
        {
            var expectation = evaluation.Suite.Suite.Expectations[place];
            var column = expectation.Kwargs.TryGetValue("column", out var named) ? $"({named})" : "";
            return $"expectations[{place}] {expectation.Type}{column}";
        }

        private void Write(List<byte[]> values)
        {
            for (var i = 0; i < values.Count; i++)
            {
                Output.Write(i > 0 ? ","u8 : []);
                Write(values[i]);
            }

            Output.Write("\n"u8);
        }

        private void Write(ReadOnlySpan<byte> value, bool mustQuote = false)
        {
            if (!mustQuote && !value.ContainsAny(Special))
            {
                Output.Write(value);
                return;
            }

            Output.Write("\""u8);
            for (var quote = value.IndexOf((byte)'"'); quote >= 0; quote = value.IndexOf((byte)'"'))
            {
                Output.Write(value[..(quote + 1)]);
                Output.Write("\""u8);
                value = value[(quote + 1)..];
            }

            Output.Write(value);
            Output.Write("\""u8);
        }
    }
}
