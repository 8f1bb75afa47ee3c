using Microsoft.ML;

namespace Mlops.Learning;

/// <summary>Whether ML.NET is here.</summary>
internal static class MlNetInstallation
{
    private static readonly Lazy<string?> Reason = new(Probe);

    /// <summary>Why it cannot be used; null if it can.</summary>
    public static string? Unavailable => Reason.Value;

    private static string? Probe()
    {
        try
        {
            _ = new MLContext(0);
            return null;
        }
        catch (PlatformNotSupportedException missing)
        {
            return missing.Message;
        }
    }
}
