using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Mlops.Registry;

/// <summary>A movable name for one version of a model: 1 to 255 letters, digits, hyphens or underscores. Case matters.</summary>
/// <remarks>As in MLflow, <c>latest</c> and <c>v</c> followed by a number are reserved: they could be taken for versions.</remarks>
[JsonConverter(typeof(ParsableConverter<AliasName>))]
public sealed partial record AliasName : IParsable<AliasName>
{
    /// <summary>The version that serves.</summary>
    public static readonly AliasName Champion = new("champion");

    /// <summary>The version that would serve next.</summary>
    public static readonly AliasName Challenger = new("challenger");

    private AliasName(string value) => Value = value;

    public string Value { get; }

    public static AliasName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var alias) ? alias : throw new FormatException($"'{s}' is not an alias.");

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out AliasName result)
    {
        result = s is not null && Shape().IsMatch(s) && !Reserved().IsMatch(s) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z")]
    private static partial Regex Shape();

    [GeneratedRegex(@"^(?:latest|v[0-9]+)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reserved();
}
