using Microsoft.Extensions.Configuration;

namespace Mlops.LocalHost.Hosting;

/// <summary>The host's settings, the later ones winning: <c>local.settings.json</c>, the environment, the command line.</summary>
public static class HostConfiguration
{
    /// <summary>Names on the command line and in the environment that stand for the host's own settings.</summary>
    private static readonly Dictionary<string, string> Switches = new(StringComparer.OrdinalIgnoreCase)
    {
        ["--data"] = DataKey,
        ["--urls"] = UrlsKey,
    };

    private const string DataKey = "MLOPS_DATA";
    private const string UrlsKey = "MLOPS_URLS";

    /// <param name="args">The command line.</param>
    /// <param name="settingsFile">A file as the Functions tools have it; its <c>Values</c> are settings. May be absent.</param>
    /// <exception cref="InvalidDataException">The file is not JSON.</exception>
    public static void Add(IConfigurationBuilder builder, string[] args, string settingsFile) => builder
        .AddInMemoryCollection(LocalSettings.Read(settingsFile))
        .AddEnvironmentVariables()
        .AddCommandLine(args, Switches);

    public static string DataFolder(this IConfiguration configuration) =>
        configuration[DataKey] is { Length: > 0 } folder ? folder : ".mlops";

    public static string Urls(this IConfiguration configuration) =>
        configuration[UrlsKey] is { Length: > 0 } urls ? urls : HostAddresses.Default;

    /// <summary>The most bytes of a request body: the Functions host's own setting and default.</summary>
    public static long MaxRequestBytes(this IConfiguration configuration) =>
        configuration.GetValue("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", 104_857_600L);
}
