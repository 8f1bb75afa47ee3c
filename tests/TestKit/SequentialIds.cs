using System.Buffers.Binary;

namespace Mlops;

/// <summary>Ids that count up from 1, so that a test knows them beforehand.</summary>
public sealed class SequentialIds : IdSource
{
    private long _last;

    public override void Fill(Span<byte> destination)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, Interlocked.Increment(ref _last));
        destination.Clear();
        number[^Math.Min(8, destination.Length)..].CopyTo(destination[^Math.Min(8, destination.Length)..]);
    }
}
