using System.Numerics;

namespace Mlops.Data;

/// <summary>Estimates how many different hashes it was given, in 4 KiB.</summary>
/// <remarks>
/// Standard error 1.04 / √4096 = 1.6 %. The estimate is the improved one of O. Ertl, "New cardinality estimation algorithms for
/// HyperLogLog sketches" (2017), which needs no correction for few or for many.
/// </remarks>
internal sealed class HyperLogLog
{
    private const int IndexBits = 12;
    private const int Registers = 1 << IndexBits;
    private const int MaxRank = 64 - IndexBits + 1;

    private readonly byte[] _registers = new byte[Registers];

    public void Add(ulong hash)
    {
        ref var register = ref _registers[hash >> (64 - IndexBits)];
        var rank = (byte)(BitOperations.LeadingZeroCount((hash << IndexBits) | (1UL << (IndexBits - 1))) + 1);
        if (rank > register)
        {
            register = rank;
        }
    }

    public long Estimate()
    {
        Span<int> counts = stackalloc int[MaxRank + 1];
        counts.Clear();
        foreach (var register in _registers)
        {
            counts[register]++;
        }

        var sum = Registers * Tau(1 - (counts[MaxRank] / (double)Registers));
        for (var rank = MaxRank - 1; rank >= 1; rank--)
        {
            sum = 0.5 * (sum + counts[rank]);
        }

        sum += Registers * Sigma(counts[0] / (double)Registers);
        return (long)Math.Round(Registers / (2 * Math.Log(2)) * Registers / sum);
    }

    private static double Sigma(double share)
    {
        if (share is 1)
        {
            return double.PositiveInfinity;
        }

        var (weight, sum, before) = (1.0, share, double.NaN);
        while (sum != before)
        {
            share *= share;
            before = sum;
            sum += share * weight;
            weight += weight;
        }

        return sum;
    }

    private static double Tau(double share)
    {
        if (share is 0 or 1)
        {
            return 0;
        }

        var (weight, sum, before) = (1.0, 1 - share, double.NaN);
        while (sum != before)
        {
            share = Math.Sqrt(share);
            before = sum;
            weight *= 0.5;
            sum -= (1 - share) * (1 - share) * weight;
        }

        return sum / 3;
    }
}
