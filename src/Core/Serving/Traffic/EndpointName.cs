using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Mlops.Serving;

/// <summary>The name of a prediction endpoint: a lower-case letter, then up to 62 lower-case letters, digits or hyphens.</summary>
/// <remarks>Legal in a URL segment, a host name and a table key, so a name never needs escaping.</remarks>
[JsonConverter(typeof(ParsableConverter<EndpointName>))]
public sealed record EndpointName : IParsable<EndpointName>
{
    private const int MaxLength = 63;

    private static readonly SearchValues<char> Legal = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private EndpointName(string value) => Value = value;

    public string Value { get; }

    public static EndpointName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not an endpoint name.");

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out EndpointName result)
    {
        result = s is not null && IsName(s) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    private static bool IsName(string text) =>
        text.Length is > 0 and <= MaxLength && char.IsAsciiLetterLower(text[0]) && !text.AsSpan().ContainsAnyExcept(Legal);
}
