using System.Buffers;

namespace Mlops.Serving;

/// <summary>The ids of predictions: when and by which process a prediction was made, so that its record is found without an index.</summary>
/// <remarks>
/// 26 characters of Crockford's base 32 in lower case, of the shape of a ULID: 10 for the milliseconds since 1970, 8 for the process
/// (<see cref="LogInstance"/>), 8 for the count of its predictions. Ids of one process sort by time. They name; they do not protect.
/// </remarks>
public static class PredictionIds
{
    public const int Length = TimeLength + InstanceLength + CountLength;

    internal const int TimeLength = 10;
    internal const int InstanceLength = 8;
    private const int CountLength = 8;
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly SearchValues<char> Legal = SearchValues.Create(Digits);
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Mints an id; the string is all that it allocates.</summary>
    /// <param name="at">When the request was read, as <see cref="AnsweredPrediction.At"/> has it; not before 1970.</param>
    public static string New(LogInstance instance, DateTimeOffset at) => string.Create(
        Length,
        (Time: (ulong)at.ToUnixTimeMilliseconds(), Instance: instance.Number, Count: instance.NextPrediction()),
        static (text, parts) =>
        {
            Write(text[..TimeLength], parts.Time);
            Write(text.Slice(TimeLength, InstanceLength), parts.Instance);
            Write(text[(TimeLength + InstanceLength)..], parts.Count);
        });

    /// <summary>Takes an id apart.</summary>
    /// <param name="at">When the prediction was made, to the millisecond.</param>
    /// <param name="instance">The name of the process that made it.</param>
    /// <returns><see langword="false"/> if it is not the id of a prediction.</returns>
    public static bool TryRead(string? id, out DateTimeOffset at, out string instance)
    {
        (at, instance) = (default, "");
        if (id?.Length is not Length || id.AsSpan().ContainsAnyExcept(Legal))
        {
            return false;
        }

        var time = Read(id.AsSpan(0, TimeLength));
        if (time > Latest)
        {
            return false;
        }

        at = DateTimeOffset.FromUnixTimeMilliseconds(time);
        instance = id.Substring(TimeLength, InstanceLength);
        return true;
    }

    internal static string Base32(ulong number, int length) => string.Create(length, number, static (text, value) => Write(text, value));

    private static void Write(Span<char> text, ulong value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(value & 31)];
            value >>= 5;
        }
    }

    private static long Read(ReadOnlySpan<char> text)
    {
        var value = 0L;
        foreach (var character in text)
        {
            value = (value << 5) | (long)Digits.IndexOf(character, StringComparison.Ordinal);
        }

        return value;
    }
}
