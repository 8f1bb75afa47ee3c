using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>
/// Where an artifact is within its run, such as <c>model/MLmodel</c>: names between slashes, of any characters but controls.
/// </summary>
/// <remarks>
/// Never leads out of the run: no segment is empty, <c>.</c> or <c>..</c>, and there is no backslash. What a blob path may not
/// have is written as <c>=</c> and two hexadecimal digits a byte, so that every artifact has a blob path of its own.
/// </remarks>
public sealed record ArtifactPath : IParsable<ArtifactPath>
{
    private const int MaxLength = 700;

    private ArtifactPath(string value, string blob) => (Value, Blob) = (value, blob);

    public string Value { get; }

    /// <summary>The same as a part of a blob path.</summary>
    internal string Blob { get; }

    public static ArtifactPath Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var path) ? path : throw new FormatException($"'{s}' is not a path of an artifact.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ArtifactPath result)
    {
        result = null;
        if (s is null || s.Contains('\\', StringComparison.Ordinal) || s.Any(char.IsControl) || !IsWellFormed(s)
            || s.Split('/').Any(segment => segment is "" or "." or ".."))
        {
            return false;
        }

        var blob = string.Join('/', s.Split('/').Select(Escape));
        result = blob.Length <= MaxLength && BlobPath.IsLegal(blob) ? new(s, blob) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    /// <summary>The path of an artifact whose blob path this is.</summary>
    internal static string FromBlob(string blob)
    {
        var bytes = new List<byte>(blob.Length);
        for (var i = 0; i < blob.Length; i++)
        {
            if (blob[i] is '=')
            {
                bytes.Add(byte.Parse(blob.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                bytes.Add((byte)blob[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string Escape(string segment)
    {
        var escaped = new StringBuilder(segment.Length);
        var bytes = Encoding.UTF8.GetBytes(segment);
        for (var i = 0; i < bytes.Length; i++)
        {
            var character = (char)bytes[i];
            var plain = character is not '=' && character < 128
                && BlobPath.IsLegal(i == bytes.Length - 1 || i == 0 ? character.ToString() : $"x{character}x");
            escaped.Append(plain ? character.ToString() : $"={bytes[i]:X2}");
        }

        return escaped.ToString();
    }

    /// <summary>No half of a surrogate pair, which no UTF-8 has.</summary>
    private static bool IsWellFormed(string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar);
}
