using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Mlops;

/// <summary>Whose data this is: a lower-case letter or digit, then up to 31 letters, digits or hyphens.</summary>
/// <remarks>
/// The first part of every partition key and blob path, so that one tenant's data can never be reached with another's id.
/// </remarks>
public sealed partial record TenantId : IParsable<TenantId>
{
    /// <summary>The tenant of development mode.</summary>
    public static readonly TenantId Default = new("default");

    private TenantId(string value) => Value = value;

    public string Value { get; }

    public static TenantId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var tenant) ? tenant : throw new FormatException($"'{s}' is not a tenant id.");

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out TenantId result)
    {
        result = s is not null && Shape().IsMatch(s) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,31}\z")]
    private static partial Regex Shape();
}
