using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Mlops.Registry;

/// <summary>The name of a registered model: 1 to 128 letters, digits, dots, hyphens or underscores; the first is a letter or digit,
/// the last is not a dot. Case matters.</summary>
/// <remarks>Of the names that MLflow allows, those that are legal in a URL segment, a blob path and a table key without escaping.</remarks>
[JsonConverter(typeof(ParsableConverter<ModelName>))]
public sealed partial record ModelName : IParsable<ModelName>
{
    private ModelName(string value) => Value = value;

    public string Value { get; }

    public static ModelName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not a model name.");

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ModelName result)
    {
        result = s is not null && Shape().IsMatch(s) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?\z")]
    private static partial Regex Shape();
}
