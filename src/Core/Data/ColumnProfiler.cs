namespace Mlops.Data;

/// <summary>Finds out in one pass what a column holds, and its statistics.</summary>
/// <remarks>
/// <para>The type is the narrowest that every value fits: Boolean (<c>true</c>, <c>false</c>), Integer (64 bits), Number, Timestamp
/// (ISO 8601), or else Category or Text. A column without any value is a Number. Texts are a Category if they are at most
/// <see cref="ProfileBounds.MaxDistinct"/> different ones of at most <see cref="MaxCategoryBytes"/> bytes, and either no more than
/// <see cref="AlwaysFew"/> or each seen twice on average.</para>
/// <para>Memory is bounded by <see cref="ProfileBounds"/> however many values there are.</para>
/// </remarks>
internal sealed class ColumnProfiler(string name, ProfileBounds bounds, int seed)
{
    public const int AlwaysFew = 10;
    public const int MaxCategoryBytes = 256;
    private const int TopValues = 20;
    private const int BlockLength = 128;

    private readonly Moments _moments = new();
    private readonly QuantileSample _sample = new(bounds.SampleSize, seed);
    private readonly double[] _block = new double[BlockLength];
    private int _blockLength;
    private Kind _kind;
    private long _count;
    private long _missing;
    private TokenCounts? _tokens = new(bounds.MaxDistinct, bounds.MaxDistinctBytes);
    private HyperLogLog? _sketch;
    private int _infiniteLine;

    /// <summary>What all values so far can be. The first three may still be numbers.</summary>
    private enum Kind { Unknown, Integer, Number, Boolean, Timestamp, Text }

    /// <summary>Takes the next value.</summary>
    /// <param name="text">The value in UTF-8.</param>
    /// <param name="line">Where it stands in the file.</param>
    public void Add(ReadOnlySpan<byte> text, int line)
    {
        if (_kind <= Kind.Number && TryAddNumber(text, line))
        {
            return;
        }

        if (CsvValue.IsMissing(text))
        {
            _missing++;
        }
        else if (_kind is Kind.Unknown or Kind.Boolean && CsvValue.TryBoolean(text, out var truth))
        {
            AddValue(Kind.Boolean, truth ? 1 : 0, text);
        }
        else if (_kind is Kind.Unknown or Kind.Timestamp && IsoTimestamp.TryRead(text, out var unixSeconds))
        {
            AddValue(Kind.Timestamp, unixSeconds, text);
        }
        else
        {
            _kind = Kind.Text;
            Count(text);
        }
    }

    /// <summary>The fault in a column of numbers that one of them is infinite, which no model can learn from.</summary>
    public CsvFault? FindFault() => _infiniteLine > 0 && _kind is Kind.Number
        ? new CsvFault(_infiniteLine, name, "The number is infinite or too large.")
        : null;

    public ColumnSchema Schema() => new(name, InferredType(), _missing > 0);

    public ColumnStatistics Statistics()
    {
        var type = InferredType();
        return new ColumnStatistics(
            name,
            _count,
            _missing,
            _tokens?.Count ?? Math.Min(_count, _sketch?.Estimate() ?? 0),
            _tokens is not null,
            type is ColumnType.Text || _tokens is null ? [] : _tokens.Top(TopValues),
            type is not (ColumnType.Category or ColumnType.Text) && _count > 0 ? Numbers() : null);
    }

    private bool TryAddNumber(ReadOnlySpan<byte> text, int line)
    {
        var form = CsvValue.ReadNumber(text, out var value);
        if (form is NumberForm.None)
        {
            return false;
        }

        if (form is NumberForm.Infinite && _infiniteLine is 0)
        {
            _infiniteLine = line;
        }

        AddValue(form is NumberForm.Integer && _kind is not Kind.Number ? Kind.Integer : Kind.Number, value, text);
        return true;
    }

    private void AddValue(Kind kind, double value, ReadOnlySpan<byte> text)
    {
        _kind = kind;
        if (_blockLength == BlockLength)
        {
            Flush();
        }

        _block[_blockLength++] = value;
        Count(text);
    }

    private void Flush()
    {
        var block = _block.AsSpan(0, _blockLength);
        _sample.Add(block);
        _moments.Add(block);
        _blockLength = 0;
    }

    private void Count(ReadOnlySpan<byte> text)
    {
        _count++;
        var hash = TextHash.Of(text);
        if (_sketch is not null)
        {
            _sketch.Add(hash);
        }
        else if (_tokens is not null && !_tokens.TryAdd(text, hash))
        {
            _sketch = _tokens.ToSketch();
            _sketch.Add(hash);
            _tokens = null;
        }
    }

    private ColumnType InferredType() => _kind switch
    {
        Kind.Integer => ColumnType.Integer,
        Kind.Boolean => ColumnType.Boolean,
        Kind.Timestamp => ColumnType.Timestamp,
        Kind.Text => IsCategory() ? ColumnType.Category : ColumnType.Text,
        _ => ColumnType.Number,
    };

    private bool IsCategory() =>
        _tokens is { LongestBytes: <= MaxCategoryBytes } tokens && (tokens.Count <= AlwaysFew || 2 * tokens.Count <= _count);

    private NumberStatistics Numbers()
    {
        Flush();
        return new(
            _moments.Minimum, _moments.Maximum, _moments.Mean, _moments.StandardDeviation, Quantiles.Of(_sample.Sorted()), _sample.IsExact);
    }
}

/// <summary>How much a column's profile may remember; less each, the more columns there are.</summary>
/// <param name="MaxDistinct">Up to this many different values are counted exactly.</param>
/// <param name="MaxDistinctBytes">… as long as they have no more bytes together.</param>
/// <param name="SampleSize">Up to this many numbers, an even count, are ranked exactly.</param>
internal sealed record ProfileBounds(int MaxDistinct, int MaxDistinctBytes, int SampleSize)
{
    public static ProfileBounds For(int columns)
    {
        var distinct = Math.Clamp(1_000_000 / columns, 100, 1_000);
        return new ProfileBounds(distinct, 64 * distinct, 2 * Math.Clamp(2 * 1024 * 1024 / columns, 1_024, 16_384));
    }
}
