using System.Globalization;
using System.Text;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>Turns an instance id, which a caller chose, into a key part that keeps its order by prefix.</summary>
/// <remarks>
/// The rules for ids are Azure Storage's, so that an id accepted here is accepted there: 1 to 100 characters, no control
/// characters, none of <c>/ \ # ?</c>, and no <c>@</c> first. What a table key cannot hold becomes <c>~hhhh</c>.
/// </remarks>
internal static class InstanceKey
{
    private const int MaxLength = 100;

    public static bool IsLegal(string instanceId) =>
        instanceId.Length is > 0 and <= MaxLength && instanceId[0] != '@' && !instanceId.Any(c => char.IsControl(c) || "/\\#?".Contains(c));

    /// <exception cref="ArgumentException">The id breaks the rules.</exception>
    public static string Of(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (!IsLegal(instanceId))
        {
            throw new ArgumentException(
                $"'{instanceId}' is not an instance id: 1 to {MaxLength} characters, none of / \\ # ? and no control characters,"
                + " not starting with @.",
                nameof(instanceId));
        }

        return Escape(instanceId);
    }

    /// <summary>The key part that all ids starting with <paramref name="prefix"/> start with.</summary>
    public static string Escape(string prefix)
    {
        var key = new StringBuilder(prefix.Length);
        foreach (var c in prefix)
        {
            if (c is '~' || !TableKey.IsLegal(c.ToString()))
            {
                key.Append(CultureInfo.InvariantCulture, $"~{(int)c:x4}");
            }
            else
            {
                key.Append(c);
            }
        }

        return key.ToString();
    }
}
