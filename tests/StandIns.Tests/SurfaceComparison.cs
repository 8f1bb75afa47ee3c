namespace Mlops.StandIns;

/// <summary>A stand-in's types held against the official listing.</summary>
/// <remarks>
/// A stand-in may leave things out, but for what a derived class must implement: a class that compiles against the stand-in would
/// then not compile against the official package.
/// </remarks>
internal static class SurfaceComparison
{
    /// <summary>Interfaces that only the package's own types implement: <c>OrtValue</c> does.</summary>
    private static readonly string[] OnlyCalled = ["T:Microsoft.ML.OnnxRuntime.IReadOnlyOrtValue"];

    public static IReadOnlyList<string> Differences(IEnumerable<Type> types, IReadOnlyDictionary<string, SurfaceEntry> official)
    {
        var standIn = Surface.Of(types).ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        return [.. standIn.Values.SelectMany(entry => Differences(entry, official)), .. Unimplementable(standIn, official)];
    }

    private static IEnumerable<string> Differences(SurfaceEntry entry, IReadOnlyDictionary<string, SurfaceEntry> official) =>
        official.TryGetValue(entry.Id, out var listed) ? entry.DifferencesFrom(listed) : [$"{entry.Id} is not in the official package"];

    private static IEnumerable<string> Unimplementable(
        Dictionary<string, SurfaceEntry> standIn, IReadOnlyDictionary<string, SurfaceEntry> official) =>
        from entry in official.Values
        where entry.Id[0] is not 'T' && !standIn.ContainsKey(entry.Id)
        let owner = Owner(entry.Id)
        where standIn.ContainsKey(owner) && !OnlyCalled.Contains(owner)
        where official[owner].Shape is "interface" || entry.Facts.Any(IsAbstract)
        select $"{entry.Id} is missing, and whatever derives from its type must have it";

    private static bool IsAbstract(string fact) => fact.Split(' ').Contains("abstract");

    private static string Owner(string id)
    {
        var name = id[2..].Split('(')[0];
        return $"T:{name[..name.LastIndexOf('.')]}";
    }
}
