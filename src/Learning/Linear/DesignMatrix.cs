using System.Runtime.Intrinsics;

namespace Mlops.Learning;

/// <summary>
/// Rows of scaled numbers, then one-hot categories, kept as the one index per row that is 1, then the terms of texts, kept where they
/// are not 0.
/// </summary>
internal sealed class DesignMatrix
{
    private readonly float[] _numbers;
    private readonly int[][] _codes;
    private readonly int[] _offsets;
    private readonly TermTable[] _terms;
    private readonly int[] _termOffsets;

    /// <param name="numbers">Row-major [rows, <paramref name="numberWidth"/>].</param>
    /// <param name="codes">For each categorical feature the level of each row, or <see cref="CategoryLevels.Unknown"/>.</param>
    /// <param name="levelCounts">How many levels each categorical feature has.</param>
    /// <param name="terms">For each text its terms.</param>
    public DesignMatrix(
        int rows, int numberWidth, float[] numbers, int[][] codes, int[] levelCounts, params TermTable[] terms)
    {
        (Rows, _numbers, _codes, _terms) = (rows, numbers, codes, terms);
        _offsets = new int[codes.Length];
        Width = NumberWidth = numberWidth;
        for (var i = 0; i < codes.Length; i++)
        {
            _offsets[i] = Width;
            Width += levelCounts[i];
        }

        _termOffsets = new int[terms.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            _termOffsets[i] = Width;
            Width += terms[i].Width;
        }
    }

    public int Rows { get; }

    public int Width { get; }

    private int NumberWidth { get; }

    /// <summary>The product of a row and a vector of <see cref="Width"/> weights.</summary>
    /// <remarks>Vectors are of fixed width and unfused, so that the sum is the same on every processor.</remarks>
    public double Dot(int row, ReadOnlySpan<double> weights)
    {
        var numbers = _numbers.AsSpan(row * NumberWidth, NumberWidth);
        var even = Vector256<double>.Zero;
        var odd = Vector256<double>.Zero;
        var i = 0;
        for (; i <= numbers.Length - 8; i += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(numbers.Slice(i, 8)));
            even += low * Vector256.Create(weights.Slice(i, 4));
            odd += high * Vector256.Create(weights.Slice(i + 4, 4));
        }

        even += odd;
        var sum = even[0] + even[1] + (even[2] + even[3]);
        for (; i < numbers.Length; i++)
        {
            sum += numbers[i] * weights[i];
        }

        for (var k = 0; k < _codes.Length; k++)
        {
            if (_codes[k][row] is var code and not CategoryLevels.Unknown)
            {
                sum += weights[_offsets[k] + code];
            }
        }

        for (var k = 0; k < _terms.Length; k++)
        {
            var ofText = weights[_termOffsets[k]..];
            var columns = _terms[k].Columns(row);
            var values = _terms[k].Values(row);
            for (var j = 0; j < columns.Length; j++)
            {
                sum += values[j] * ofText[columns[j]];
            }
        }

        return sum;
    }

    /// <summary>Adds <paramref name="factor"/> times a row to <paramref name="sum"/>.</summary>
    public void AddRow(int row, double factor, Span<double> sum)
    {
        var numbers = _numbers.AsSpan(row * NumberWidth, NumberWidth);
        var factors = Vector256.Create(factor);
        var i = 0;
        for (; i <= numbers.Length - 8; i += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(numbers.Slice(i, 8)));
            (Vector256.Create((ReadOnlySpan<double>)sum.Slice(i, 4)) + (low * factors)).CopyTo(sum[i..]);
            (Vector256.Create((ReadOnlySpan<double>)sum.Slice(i + 4, 4)) + (high * factors)).CopyTo(sum[(i + 4)..]);
        }

        for (; i < numbers.Length; i++)
        {
            sum[i] += factor * numbers[i];
        }

        for (var k = 0; k < _codes.Length; k++)
        {
            if (_codes[k][row] is var code and not CategoryLevels.Unknown)
            {
                sum[_offsets[k] + code] += factor;
            }
        }

        for (var k = 0; k < _terms.Length; k++)
        {
            var ofText = sum[_termOffsets[k]..];
            var columns = _terms[k].Columns(row);
            var values = _terms[k].Values(row);
            for (var j = 0; j < columns.Length; j++)
            {
                ofText[columns[j]] += factor * values[j];
            }
        }
    }

    /// <summary>Calls back with every column of a row that may not be 0, ascending, and its value.</summary>
    public void ForEach(int row, Action<int, float> visit)
    {
        for (var i = 0; i < NumberWidth; i++)
        {
            visit(i, _numbers[(row * NumberWidth) + i]);
        }

        for (var k = 0; k < _codes.Length; k++)
        {
            if (_codes[k][row] is var code and not CategoryLevels.Unknown)
            {
                visit(_offsets[k] + code, 1);
            }
        }

        for (var k = 0; k < _terms.Length; k++)
        {
            var columns = _terms[k].Columns(row);
            var values = _terms[k].Values(row);
            for (var j = 0; j < columns.Length; j++)
            {
                visit(_termOffsets[k] + columns[j], values[j]);
            }
        }
    }

    /// <summary>The standard deviation of each column.</summary>
    public double[] Deviations()
    {
        var (means, squares) = (new double[Width], new double[Width]);
        for (var row = 0; row < Rows; row++)
        {
            ForEach(row, (column, value) => means[column] += (double)value / Rows);
        }

        // Σ (x − m)² over all rows is Σ (x² − 2·x·m) over those where x is not 0, plus rows · m².
        for (var row = 0; row < Rows; row++)
        {
            ForEach(row, (column, value) => squares[column] += value * (value - (2 * means[column])));
        }

        return [.. squares.Zip(means, (square, mean) => Math.Sqrt(Math.Max(0, (square / Rows) + (mean * mean))))];
    }
}
