using System.Text;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>What errors say of JSON that was not expected.</summary>
internal static class JsonTokens
{
    private const int LongestTold = 80;

    /// <summary>The token that the reader is at.</summary>
    /// <remarks>Of a string as it is written, since what is escaped may be no text.</remarks>
    public static string Found(in Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => json.ValueSpan.Length is 0 ? "an empty string" : $"the string '{Told(Encoding.UTF8.GetString(json.ValueSpan))}'",
        JsonTokenType.Number => Told(Encoding.ASCII.GetString(json.ValueSpan)),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    /// <summary>As much of a text as an error may have.</summary>
    public static string Told(string? text) =>
        text is null || text.Length <= LongestTold ? text ?? "" : string.Concat(text.AsSpan(0, LongestTold), "…");
}
