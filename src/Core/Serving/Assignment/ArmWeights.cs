using System.IO.Hashing;
using System.Text;

namespace Mlops.Serving;

/// <summary>An arm and its weight among the others.</summary>
/// <param name="Arm">Its name, by which units are assigned: an arm that is renamed loses its units.</param>
/// <param name="Weight">Not negative; its share is this over the sum. At 0 the arm is never chosen.</param>
public sealed record ArmWeight(string Arm, double Weight);

/// <summary>Which arm a unit goes to: a pure function of its hash and the weights.</summary>
/// <remarks>
/// Weighted rendezvous: each arm draws an exponential number from the unit's hash and its own name, at the rate of its weight, and the
/// least wins (D. G. Thaler and C. V. Ravishankar, "Using name-based mappings to increase hit rates", 1998; with weights, C.
/// Schindelhauer and G. Schomaker, "Weighted distributed hash tables", 2005). An arm then wins with exactly its share, and:
/// <list type="bullet">
/// <item>a greater weight for one arm moves units only into it, a smaller one only out of it, however many arms there are;</item>
/// <item>a new arm takes its units from all others, and an arm taken out gives its units to all others, by their shares; no other unit
/// moves;</item>
/// <item>weights times a constant and arms in another order change nothing;</item>
/// <item>of several changes at once, units move from one arm to another only if the ratio of their weights grew.</item>
/// </list>
/// Cutting [0, 1) into intervals instead would move units between arms whose weights nobody touched. Only additions, multiplications
/// and divisions of doubles are used, which give the same bits on every machine. Choosing allocates nothing and takes tens of
/// nanoseconds.
/// </remarks>
public sealed class ArmWeights
{
    /// <summary>As many arms as a test may have.</summary>
    public const int MaxArms = 32;

    private readonly ArmWeight[] _arms;
    private readonly Drawing[] _drawing;
    private readonly double _sum;

    /// <param name="arms">1 to <see cref="MaxArms"/> of different names, at least one with a weight.</param>
    public ArmWeights(IReadOnlyList<ArmWeight> arms)
    {
        ArgumentOutOfRangeException.ThrowIfZero(arms.Count, nameof(arms));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arms.Count, MaxArms, nameof(arms));
        if (arms.FirstOrDefault(arm => !(arm.Weight >= 0 && double.IsFinite(arm.Weight))) is { } wrong)
        {
            throw new ArgumentException($"The weight of '{wrong.Arm}' is {wrong.Weight}, not a number from 0.", nameof(arms));
        }

        if (arms.Select(arm => arm.Arm).Distinct(StringComparer.Ordinal).Count() != arms.Count)
        {
            throw new ArgumentException("Two arms have one name.", nameof(arms));
        }

        _arms = [.. arms];
        _sum = arms.Sum(arm => arm.Weight);
        if (!(_sum > 0 && double.IsFinite(_sum)))
        {
            throw new ArgumentException("No arm has a weight.", nameof(arms));
        }

        _drawing = [.. _arms
            .Select((arm, index) => new Drawing(index, XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(arm.Arm)), arm.Weight))
            .Where(arm => arm.Weight > 0)];
    }

    public int Count => _arms.Length;

    public string Name(int arm) => _arms[arm].Arm;

    /// <summary>The chance of a unit to go to the arm: its logged propensity.</summary>
    public double Share(int arm) => _arms[arm].Weight / _sum;

    /// <param name="unitHash">Of <see cref="AssignmentSalt.Hash(ReadOnlySpan{char})"/>.</param>
    /// <returns>The index of the unit's arm.</returns>
    public int Choose(ulong unitHash)
    {
        var drawing = _drawing;
        var chosen = drawing[0].Index;
        if (drawing.Length is 1)
        {
            return chosen;
        }

        var least = double.PositiveInfinity;
        foreach (ref readonly var arm in drawing.AsSpan())
        {
            var time = NegativeLog(Mix(unitHash ^ arm.NameHash)) / arm.Weight;
            if (time < least)
            {
                (least, chosen) = (time, arm.Index);
            }
        }

        return chosen;
    }

    /// <inheritdoc cref="Choose(ulong)"/>
    public int Choose(AssignmentSalt salt, ReadOnlySpan<char> unit) => Choose(salt.Hash(unit));

    /// <summary>The arm of a request that has no unit.</summary>
    public int Choose(DeterministicRandom random) => Choose(random.NextUInt64());

    /// <summary>Spreads every bit over all others (Stafford's thirteenth variant of MurmurHash3's finaliser, twice).</summary>
    private static ulong Mix(ulong bits)
    {
        for (var i = 0; i < 2; i++)
        {
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            bits ^= bits >> 31;
        }

        return bits;
    }

    /// <summary>−ln u of the u in (0, 1) that the upper 52 bits stand for.</summary>
    /// <remarks>
    /// u = 2^e m with m in [√½, √2), and ln m = 2 artanh s, s = (m − 1) / (m + 1), by its series. The system's logarithm may differ in
    /// its last bit from machine to machine.
    /// </remarks>
    private static double NegativeLog(ulong bits)
    {
        const double Ln2 = 0.693147180559945309417;
        const double Sqrt2 = 1.41421356237309504880;
        var u = ((bits >> 12) + 0.5) * (1.0 / (1UL << 52));
        var word = BitConverter.DoubleToUInt64Bits(u);
        var exponent = (int)(word >> 52) - 1023;
        var m = BitConverter.UInt64BitsToDouble((word & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > Sqrt2)
        {
            m *= 0.5;
            exponent++;
        }

        var s = (m - 1) / (m + 1);
        var t = s * s;
        var t2 = t * t;

        // Two short sums side by side instead of one long: 1 + t/3 + t²/5 + … + t¹⁰/21.
        var even = 1 + (t2 * ((1.0 / 5) + (t2 * ((1.0 / 9) + (t2 * ((1.0 / 13) + (t2 * ((1.0 / 17) + (t2 / 21)))))))));
        var odd = (1.0 / 3) + (t2 * ((1.0 / 7) + (t2 * ((1.0 / 11) + (t2 * ((1.0 / 15) + (t2 / 19)))))));
        return -((exponent * Ln2) + (2 * s * (even + (t * odd))));
    }

    private readonly record struct Drawing(int Index, ulong NameHash, double Weight);
}
