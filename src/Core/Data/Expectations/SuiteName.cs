using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Mlops.Data;

/// <summary>The name of a suite within its data set: a letter or digit, then up to 62 letters, digits, dots, hyphens or underscores.</summary>
/// <remarks>The alphabet is legal in a URL segment, a blob path and a table key. It does not end with a dot.</remarks>
[JsonConverter(typeof(ParsableConverter<SuiteName>))]
public sealed partial record SuiteName : IParsable<SuiteName>
{
    public const string Rule = "1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit, not ending with a dot";

    /// <summary>The suite that trainings use which name none.</summary>
    public static readonly SuiteName Default = new("default");

    private SuiteName(string value) => Value = value;

    public string Value { get; }

    public static SuiteName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not a suite name.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out SuiteName result)
    {
        result = s is not null && Shape().IsMatch(s) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9_-])?\z")]
    private static partial Regex Shape();
}
