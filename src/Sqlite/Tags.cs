using System.Globalization;

namespace Mlops.Storage;

/// <summary>How a tag's number is written as an ETag.</summary>
internal static class Tags
{
    public static string Format(long tag) => tag.ToString("x", CultureInfo.InvariantCulture);

    public static bool Matches(long tag, string etag) => string.Equals(Format(tag), etag, StringComparison.Ordinal);
}
