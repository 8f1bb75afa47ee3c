using System.Numerics;
using System.Runtime.Intrinsics;

namespace Mlops.Data;

/// <summary>What came of looking for a row.</summary>
internal enum CsvScan { Row, CutOff, Faulty }

/// <summary>Finds where the values of a row stand. It looks at 32 bytes at a time, and then only at those that mean something.</summary>
/// <remarks>Not safe for concurrent use. What it says is of the row it looked at last.</remarks>
internal sealed class CsvScanner(int maxColumns)
{
    /// <summary>Vectors are loaded past the end of the data, so that a buffer needs this much room behind them.</summary>
    public static readonly int Slack = Vector256<byte>.Count;

    private const byte Quote = (byte)'"', Comma = (byte)',', LineFeed = (byte)'\n', CarriageReturn = (byte)'\r';

    private CsvField[] _fields = new CsvField[64];

    /// <summary>How many values the row has. Beyond the most there may be, they are counted and not kept.</summary>
    public int Count { get; private set; }

    /// <summary>The values.</summary>
    public Span<CsvField> Fields => _fields.AsSpan(0, Count);

    /// <summary>Whether a value has doubled quotes.</summary>
    public bool HasEscapes { get; private set; }

    /// <summary>How many lines of the file the row takes.</summary>
    public int Lines { get; private set; }

    /// <summary>Where the next row starts.</summary>
    public int Next { get; private set; }

    /// <summary>What is wrong, if the row is faulty.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The column in which it is.</summary>
    public int FaultyColumn { get; private set; }

    /// <summary>Finds the values of the row that starts at <paramref name="start"/>.</summary>
    /// <param name="buffer">The data and at least <see cref="Slack"/> bytes more.</param>
    /// <param name="start">Where the row starts.</param>
    /// <param name="length">Where the data ends.</param>
    /// <param name="final">Whether the file ends there too.</param>
    public CsvScan Scan(ReadOnlySpan<byte> buffer, int start, int length, bool final)
    {
        (Count, HasEscapes, Lines) = (0, false, 1);
        var (field, position) = (start, start);
        while (position < length)
        {
            var marks = Marks(buffer, position, length);
            var origin = position;
            position += Slack;
            for (; marks != 0; marks &= marks - 1)
            {
                var at = origin + BitOperations.TrailingZeroCount(marks);
                switch (buffer[at])
                {
                    case Comma:
                        Add(field, at - field, escaped: false);
                        field = at + 1;
                        continue;
                    case LineFeed:
                        Add(field, at - field - (at > field && buffer[at - 1] is CarriageReturn ? 1 : 0), escaped: false);
                        Next = at + 1;
                        return CsvScan.Row;
                    case CarriageReturn when at + 1 < length && buffer[at + 1] is LineFeed:
                        continue;
                    case CarriageReturn:
                        return at + 1 == length && !final ? CsvScan.CutOff : Fault(Count, "A carriage return has no line feed after it.");
                    case Quote when at > field:
                        return Fault(Count, "A quote stands inside a value that does not start with one.");
                }

                if (ScanQuoted(buffer[..length], at, final) is { } end)
                {
                    return end;
                }

                field = position = Next;
                break;
            }
        }

        Add(field, length - field, escaped: false);
        Next = length;
        return final ? CsvScan.Row : CsvScan.CutOff;
    }

    /// <summary>One bit for each of the 32 bytes from <paramref name="position"/> on that may end a value or start a quoted one.</summary>
    private static uint Marks(ReadOnlySpan<byte> buffer, int position, int length)
    {
        var bytes = Vector256.Create(buffer.Slice(position, Vector256<byte>.Count));
        var marks = (Vector256.Equals(bytes, Vector256.Create(Comma))
            | Vector256.Equals(bytes, Vector256.Create(LineFeed))
            | Vector256.Equals(bytes, Vector256.Create(CarriageReturn))
            | Vector256.Equals(bytes, Vector256.Create(Quote))).ExtractMostSignificantBits();
        return length - position < Vector256<byte>.Count ? marks & ((1u << (length - position)) - 1) : marks;
    }

    /// <summary>Adds the value whose opening quote is at <paramref name="open"/>.</summary>
    /// <returns>What the row is, or null if another value follows, at <see cref="Next"/>.</returns>
    private CsvScan? ScanQuoted(ReadOnlySpan<byte> data, int open, bool final)
    {
        var close = ClosingQuote(data, open + 1, final, out var escaped);
        if (close < 0)
        {
            return final ? Fault(Count, "A quote is not closed.") : CsvScan.CutOff;
        }

        Add(open + 1, close - open - 1, escaped);
        Lines += data[open..close].Count(LineFeed);
        var rest = data[(close + 1)..];
        switch (rest)
        {
            case [Comma, ..]:
                Next = close + 2;
                return null;
            case [LineFeed, ..]:
                Next = close + 2;
                return CsvScan.Row;
            case [CarriageReturn, LineFeed, ..]:
                Next = close + 3;
                return CsvScan.Row;
            case [CarriageReturn] when !final:
                return CsvScan.CutOff;
            case []:
                Next = data.Length;
                return CsvScan.Row;
            default:
                return Fault(Count - 1, "Text follows the closing quote.");
        }
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

    private void Add(int start, int length, bool escaped)
    {
        if (Count == _fields.Length && Count < maxColumns)
        {
            Array.Resize(ref _fields, Math.Min(2 * Count, maxColumns));
        }

        if (Count < _fields.Length)
        {
            _fields[Count] = new CsvField(start, length, escaped);
        }

        Count++;
        HasEscapes |= escaped;
    }

    private CsvScan Fault(int column, string reason)
    {
        (FaultyColumn, Reason) = (column, reason);
        return CsvScan.Faulty;
    }
}
