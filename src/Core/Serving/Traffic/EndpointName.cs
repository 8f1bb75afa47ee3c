using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Mlops.Serving;

/// <summary>The name of a prediction endpoint: a lower-case letter, then up to 62 lower-case letters, digits or hyphens.</summary>
/// <remarks>Legal in a URL segment, a host name and a table key, so a name never needs escaping.</remarks>
[JsonConverter(typeof(ParsableConverter<EndpointName>))]
public sealed partial record EndpointName : IParsable<EndpointName>
{
    private EndpointName(string value) => Value = value;

    public string Value { get; }

    public static EndpointName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not an endpoint name.");

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out EndpointName result)
    {
        result = s is not null && Shape().IsMatch(s) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,62}\z")]
    private static partial Regex Shape();
}
