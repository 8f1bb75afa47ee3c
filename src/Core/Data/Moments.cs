namespace Mlops.Data;

/// <summary>Least, greatest, mean and spread of numbers as they come, by B. P. Welford's update (1962), stable for any offset.</summary>
internal sealed class Moments
{
    private double _squares;

    public long Count { get; private set; }

    public double Minimum { get; private set; } = double.PositiveInfinity;

    public double Maximum { get; private set; } = double.NegativeInfinity;

    public double Mean { get; private set; }

    /// <summary>The sample standard deviation (n − 1); 0 of a single number.</summary>
    public double StandardDeviation => Count > 1 ? Math.Sqrt(_squares / (Count - 1)) : 0;

    public void Add(double value)
    {
        Count++;
        var delta = value - Mean;
        Mean += delta / Count;
        _squares += delta * (value - Mean);
        Minimum = value < Minimum ? value : Minimum;
        Maximum = value > Maximum ? value : Maximum;
    }
}
