using Microsoft.Extensions.Configuration;

namespace Mlops.LocalHost.Hosting;

/// <summary>Attributes name settings between percent signs: <c>%RetrainSchedule%</c>.</summary>
internal static class Settings
{
    /// <returns>The text with every setting in its place; null if one is missing.</returns>
    public static string? Resolve(string text, IConfiguration configuration)
    {
        var parts = text.Split('%');
        if (parts.Length % 2 is 0)
        {
            return text;
        }

        for (var i = 1; i < parts.Length; i += 2)
        {
            if (configuration[parts[i]] is not { Length: > 0 } value)
            {
                return null;
            }

            parts[i] = value;
        }

        return string.Concat(parts);
    }
}
