namespace Mlops.Data;

/// <summary>All the numbers given, or a uniform sample of them once they are more than fit.</summary>
/// <remarks>
/// Sampling is K.-H. Li's algorithm L (1994), which draws only when it replaces. By the Dvoretzky–Kiefer–Wolfowitz inequality a
/// quantile read from a sample of n is off by at most √(ln 200 / 2n) in rank with 99 % confidence: 0.9 % for 32,768 numbers, 5.1 %
/// for 1,024.
/// </remarks>
internal sealed class QuantileSample(int capacity, int seed)
{
    private readonly DeterministicRandom _random = new(seed);
    private double[] _values = new double[Math.Min(capacity, 64)];
    private int _kept;
    private long _seen;
    private long _next = long.MaxValue;
    private double _weight = 1;

    public bool IsExact => _seen == _kept;

    public void Add(double value)
    {
        _seen++;
        if (_kept < capacity)
        {
            Keep(value);
        }
        else if (_seen == _next)
        {
            _values[_random.NextInt(capacity)] = value;
            ChooseNext();
        }
    }

    /// <summary>The kept numbers in ascending order.</summary>
    public double[] Sorted()
    {
        var sorted = _values.AsSpan(0, _kept).ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    private void Keep(double value)
    {
        if (_kept == _values.Length)
        {
            Array.Resize(ref _values, Math.Min(2 * _kept, capacity));
        }

        _values[_kept++] = value;
        if (_kept == capacity)
        {
            ChooseNext();
        }
    }

    private void ChooseNext()
    {
        _weight *= Math.Exp(Math.Log(1 - _random.NextDouble()) / capacity);
        _next = _seen + 1 + (long)Math.Floor(Math.Log(1 - _random.NextDouble()) / Math.Log(1 - _weight));
    }
}
