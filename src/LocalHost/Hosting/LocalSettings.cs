using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Mlops.LocalHost.Hosting;

/// <summary>Reads <c>local.settings.json</c> as the Functions tools do: everything under <c>Values</c> is a setting.</summary>
internal static class LocalSettings
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <returns>The settings; none if there is no such file.</returns>
    /// <exception cref="InvalidDataException">The file is not JSON, or has no object <c>Values</c>.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string path)
    {
        if (!File.Exists(path))
        {
            return new Dictionary<string, string?>();
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            return document.RootElement.GetProperty("Values").EnumerateObject().ToDictionary(
                value => value.Name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal),
                value => (string?)value.Value.ToString(),
                StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{path} is not a settings file: it needs an object \"Values\" of names and texts. {fault.Message}", fault);
        }
    }
}
