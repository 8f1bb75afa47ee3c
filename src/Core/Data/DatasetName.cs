using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Mlops.Data;

/// <summary>The name of a data set: a lower-case letter or digit, then up to 62 letters, digits, hyphens or underscores.</summary>
/// <remarks>The alphabet is legal in a URL segment, a blob path and a table key, so a name never needs escaping.</remarks>
[JsonConverter(typeof(ParsableConverter<DatasetName>))]
public sealed partial record DatasetName : IParsable<DatasetName>
{
    private DatasetName(string value) => Value = value;

    public string Value { get; }

    public static DatasetName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not a data set name.");

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out DatasetName result)
    {
        result = s is not null && Shape().IsMatch(s) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,62}\z")]
    private static partial Regex Shape();
}
