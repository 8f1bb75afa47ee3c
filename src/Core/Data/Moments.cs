using System.Runtime.Intrinsics;

namespace Mlops.Data;

/// <summary>Least, greatest, mean and spread of numbers that come in blocks.</summary>
/// <remarks>
/// A block's mean and sum of squares are taken in two passes and merged by T. F. Chan, G. H. Golub and R. J. LeVeque's formula
/// (1979). All of it works on differences from the first number, so that precision does not suffer far from zero. Four
/// lanes on every machine give the same figures on every machine.
/// </remarks>
internal sealed class Moments
{
    private double _origin;
    private double _mean;
    private double _squares;

    public long Count { get; private set; }

    public double Minimum { get; private set; } = double.PositiveInfinity;

    public double Maximum { get; private set; } = double.NegativeInfinity;

    public double Mean => _origin + _mean;

    /// <summary>The sample standard deviation (n − 1); 0 of a single number.</summary>
    public double StandardDeviation => Count > 1 ? Math.Sqrt(_squares / (Count - 1)) : 0;

    /// <param name="block">Finite numbers; left changed.</param>
    public void Add(Span<double> block)
    {
        if (block.IsEmpty)
        {
            return;
        }

        if (Count is 0)
        {
            _origin = block[0];
        }

        TakeExtremes(block);
        var mean = Shift(block, _origin) / block.Length;
        var squares = SquaresAround(block, mean);
        var delta = mean - _mean;
        var total = Count + block.Length;
        _mean += delta * block.Length / total;
        _squares += squares + (delta * delta * Count * block.Length / total);
        Count = total;
    }

    private void TakeExtremes(ReadOnlySpan<double> block)
    {
        var (least, greatest) = (Vector256.Create(Minimum), Vector256.Create(Maximum));
        var i = 0;
        for (; i <= block.Length - Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var values = Vector256.Create<double>(block[i..]);
            least = Vector256.Min(least, values);
            greatest = Vector256.Max(greatest, values);
        }

        for (var lane = 0; lane < Vector256<double>.Count; lane++)
        {
            Minimum = Math.Min(Minimum, least[lane]);
            Maximum = Math.Max(Maximum, greatest[lane]);
        }

        for (; i < block.Length; i++)
        {
            Minimum = Math.Min(Minimum, block[i]);
            Maximum = Math.Max(Maximum, block[i]);
        }
    }

    /// <summary>Takes the origin from each number.</summary>
    /// <returns>The sum of the differences.</returns>
    private static double Shift(Span<double> block, double origin)
    {
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i <= block.Length - Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var differences = Vector256.Create<double>(block[i..]) - Vector256.Create(origin);
            differences.CopyTo(block[i..]);
            sums += differences;
        }

        var sum = Vector256.Sum(sums);
        for (; i < block.Length; i++)
        {
            block[i] -= origin;
            sum += block[i];
        }

        return sum;
    }

    private static double SquaresAround(ReadOnlySpan<double> block, double mean)
    {
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i <= block.Length - Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var deviations = Vector256.Create<double>(block[i..]) - Vector256.Create(mean);
            sums += deviations * deviations;
        }

        var sum = Vector256.Sum(sums);
        for (; i < block.Length; i++)
        {
            sum += (block[i] - mean) * (block[i] - mean);
        }

        return sum;
    }
}
