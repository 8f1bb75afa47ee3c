namespace Mlops.Serving;

/// <summary>This process from start to end, as prediction ids and the blobs of the log name it.</summary>
/// <remarks>40 bits of the id source. Safe for concurrent use.</remarks>
public sealed class LogInstance
{
    private long _predictions;

    public LogInstance(IdSource ids)
    {
        Span<byte> bytes = stackalloc byte[5];
        ids.Fill(bytes);
        foreach (var part in bytes)
        {
            Number = (Number << 8) | part;
        }

        Name = PredictionIds.Base32(Number, PredictionIds.InstanceLength);
    }

    /// <summary>8 characters of Crockford's base 32, in lower case.</summary>
    public string Name { get; }

    internal ulong Number { get; }

    internal ulong NextPrediction() => (ulong)Interlocked.Increment(ref _predictions);
}
