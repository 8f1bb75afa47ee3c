namespace Mlops.Serving;

/// <summary>How a shadow's answers compare with those that callers got, in this process since it started. Safe for concurrent use.</summary>
public sealed class ShadowTally
{
    private readonly Lock _lock = new();
    private ShadowComparison _sums = new(0, 0, 0, 0, 0);

    public ShadowComparison Sums
    {
        get
        {
            lock (_lock)
            {
                return _sums;
            }
        }
    }

    internal void Compared(bool agrees, double difference)
    {
        lock (_lock)
        {
            _sums = _sums with
            {
                Compared = _sums.Compared + 1,
                Differing = _sums.Differing + (agrees ? 0 : 1),
                GreatestDifference = Math.Max(_sums.GreatestDifference, difference),
            };
        }
    }

    internal void Failed()
    {
        lock (_lock)
        {
            _sums = _sums with { Failed = _sums.Failed + 1 };
        }
    }

    internal void Dropped()
    {
        lock (_lock)
        {
            _sums = _sums with { Dropped = _sums.Dropped + 1 };
        }
    }
}

/// <summary>What became of mirrored requests.</summary>
/// <param name="Compared">Scored by both.</param>
/// <param name="Differing">Of those: another label in some row, or a number beyond the tolerance.</param>
/// <param name="GreatestDifference">Between two numbers of the same place.</param>
/// <param name="Failed">The shadow could not read or score them, or its answers have another form.</param>
/// <param name="Dropped">Not mirrored, because as many were waiting as may.</param>
public sealed record ShadowComparison(long Compared, long Differing, double GreatestDifference, long Failed, long Dropped);
