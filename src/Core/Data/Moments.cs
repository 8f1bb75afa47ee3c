namespace Mlops.Data;

/// <summary>Least, greatest, mean and spread of numbers as they come, by B. P. Welford's update (1962).</summary>
/// <remarks>What is updated are differences from the first number, so that precision does not suffer far from zero.</remarks>
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

    public void Add(double value)
    {
        if (Count++ is 0)
        {
            _origin = value;
        }

        var difference = value - _origin;
        var delta = difference - _mean;
        _mean += delta / Count;
        _squares += delta * (difference - _mean);
        Minimum = value < Minimum ? value : Minimum;
        Maximum = value > Maximum ? value : Maximum;
    }
}
