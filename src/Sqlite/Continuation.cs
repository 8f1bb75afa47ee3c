using System.Buffers.Text;
using System.Text;

namespace Mlops.Storage;

/// <summary>Where a listing goes on: the last key seen, with what was listed, so that it cannot be used for another.</summary>
internal static class Continuation
{
    public static string After(string listing, string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{listing}\n{last}"));

    /// <returns>The last key seen.</returns>
    /// <exception cref="InvalidContinuationException">It is not a continuation of this listing.</exception>
    public static string Parse(string listing, string continuation)
    {
        if (Base64Url.IsValid(continuation)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(continuation)) is var text
            && text.StartsWith(listing + "\n", StringComparison.Ordinal))
        {
            return text[(listing.Length + 1)..];
        }

        throw new InvalidContinuationException("The continuation does not belong to this listing.");
    }
}
