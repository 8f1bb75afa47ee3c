using System.Buffers;

namespace Mlops.Storage;

/// <summary>The rule for blob paths: 1 to 1,024 characters of slash-separated segments.</summary>
/// <remarks>
/// A segment is 1 to 200 of <c>A-Z a-z 0-9 - _ . = + , @ ( )</c> and space, neither starts nor ends with a space, does not end
/// with a dot, and so is never <c>.</c> or <c>..</c>: legal in Azure and on every file system, and no path leads out of its root.
/// </remarks>
public static class BlobPath
{
    private const int MaxLength = 1_024;
    private const int MaxSegment = 200;

    private static readonly SearchValues<char> Legal = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+,@() ");

    public static bool IsLegal(string path)
    {
        if (path.Length is 0 or > MaxLength)
        {
            return false;
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            var segment = path.AsSpan(range);
            if (segment.Length is 0 or > MaxSegment || segment.ContainsAnyExcept(Legal)
                || segment[^1] is '.' or ' ' || segment[0] is ' ')
            {
                return false;
            }
        }

        return true;
    }

    /// <exception cref="ArgumentException">The path breaks the rule.</exception>
    public static void Require(string path)
    {
        if (!IsLegal(path))
        {
            throw new ArgumentException($"'{path}' is not a blob path.", nameof(path));
        }
    }
}
