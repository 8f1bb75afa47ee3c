using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Mlops.Serving;

/// <summary>What makes one test's assignment of units unrelated to every other's: the same unit hashes differently under each
/// salt.</summary>
/// <remarks>
/// A unit's hash is the XXH64 of its UTF-8 bytes, seeded with the XXH64 of the salt's: the same on every machine and in every process,
/// so that a unit stays where it is with no state kept. Nothing is allocated. It keeps no adversary out: whoever knows the salt can pick
/// units for an arm.
/// </remarks>
public sealed record AssignmentSalt
{
    private const int UsualBytes = 256;

    // What UTF-8 makes of one UTF-16 unit at most.
    private const int BytesPerChar = 3;

    private readonly long _seed;

    /// <param name="value">As <c>checkout-ranking:1</c>; not empty.</param>
    public AssignmentSalt(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        Value = value;
        _seed = unchecked((long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(value)));
    }

    public string Value { get; }

    /// <param name="unit">UTF-8.</param>
    public ulong Hash(ReadOnlySpan<byte> unit) => XxHash64.HashToUInt64(unit, _seed);

    /// <returns>The hash of its UTF-8 bytes.</returns>
    public ulong Hash(ReadOnlySpan<char> unit)
    {
        if (unit.Length <= UsualBytes / BytesPerChar)
        {
            Span<byte> bytes = stackalloc byte[UsualBytes];
            return Hash(bytes[..Encoding.UTF8.GetBytes(unit, bytes)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(unit.Length * BytesPerChar);
        var hash = Hash(rented.AsSpan(0, Encoding.UTF8.GetBytes(unit, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>Where the unit lies in [0, 1), uniformly: below 0.2 for the fifth of the units that take part at all.</summary>
    /// <remarks>Unrelated to the arm that <see cref="ArmWeights"/> chooses from the same hash.</remarks>
    public double Point(ReadOnlySpan<char> unit) => (Hash(unit) >> 11) * (1.0 / (1UL << 53));
}
