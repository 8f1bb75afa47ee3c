using System.Text;

namespace Mlops.Data;

/// <summary>The numbers of a column, summed up in blocks; what is no number is a fault.</summary>
/// <param name="sampleSize">How many numbers are kept to rank; 0 to rank none.</param>
/// <param name="takesInstants">Whether ISO 8601 instants count, as Unix seconds, if all values are such.</param>
internal sealed class NumberStream(int sampleSize = 0, bool takesInstants = false)
{
    private const int BlockLength = 128;
    private const int MaxToldBytes = 40;

    private readonly Moments _moments = new();
    private readonly QuantileSample? _sample = sampleSize > 0 ? new QuantileSample(sampleSize, seed: 0) : null;
    private readonly double[] _block = new double[BlockLength];
    private int _length;
    private long _numbers;
    private long _instants;
    private string? _fault;

    public long Elements { get; private set; }

    public long Missing { get; private set; }

    public long Count => _numbers + _instants;

    public bool AreInstants => _instants > 0;

    /// <summary>Why the column cannot be summed up, if it cannot.</summary>
    public string? Fault => _fault ?? (_numbers > 0 && _instants > 0 ? "Some values are numbers and some are instants." : null);

    public bool AreRanksExact => _sample?.IsExact ?? false;

    public void Add(in RowView row, int column)
    {
        Elements++;
        ref readonly var cell = ref row[column];
        if (cell.IsMissing)
        {
            Missing++;
        }
        else if (cell.IsFinite)
        {
            _numbers++;
            Add(cell.Number);
        }
        else if (takesInstants && !cell.IsNumber && IsoTimestamp.TryRead(row.Text(column), out var seconds))
        {
            _instants++;
            Add(seconds);
        }
        else
        {
            var text = row.Text(column);
            _fault ??= $"Row {row.Number} has no finite number but '{Encoding.UTF8.GetString(text[..Math.Min(text.Length, MaxToldBytes)])}'.";
        }
    }

    /// <summary>Of all numbers so far.</summary>
    public Moments Moments()
    {
        Flush();
        return _moments;
    }

    /// <summary>Quantiles of the numbers kept, of which there is at least one, for shares from 0 to 1; between two ranks interpolated
    /// linearly.</summary>
    public IReadOnlyList<double> Quantiles(IReadOnlyList<double> shares)
    {
        Flush();
        if (_sample is null)
        {
            throw new InvalidOperationException("No numbers are kept.");
        }

        var numbers = _sample.Kept();
        var last = numbers.Length - 1;
        int[] ranks = [.. shares.SelectMany(share => new[] { (int)(share * last), Math.Min((int)(share * last) + 1, last) }).Distinct().Order()];
        Ranks.Settle(numbers, ranks);
        return [.. shares.Select(share => Between(numbers, share * last))];
    }

    private static double Between(double[] numbers, double rank)
    {
        var below = (int)rank;
        var part = rank - below;

        // Weighted, not by difference: two opposite values near the largest double must not overflow.
        return part is 0 ? numbers[below] : (numbers[below] * (1 - part)) + (numbers[below + 1] * part);
    }

    private void Add(double number)
    {
        if (_length == BlockLength)
        {
            Flush();
        }

        _block[_length++] = number;
    }

    private void Flush()
    {
        var block = _block.AsSpan(0, _length);
        _sample?.Add(block);
        _moments.Add(block);
        _length = 0;
    }
}
