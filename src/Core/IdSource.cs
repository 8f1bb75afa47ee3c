using System.Security.Cryptography;

namespace Mlops;

/// <summary>Where new identities come from; tests and replays pass a predictable one.</summary>
public abstract class IdSource
{
    /// <summary>Unguessable ids from the operating system's generator.</summary>
    public static IdSource Random { get; } = new RandomIds();

    /// <summary>Fills <paramref name="destination"/> with bytes that no earlier call has given out.</summary>
    public abstract void Fill(Span<byte> destination);

    /// <summary>32 lower-case hexadecimal digits, the form of MLflow's run ids.</summary>
    public string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private sealed class RandomIds : IdSource
    {
        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
