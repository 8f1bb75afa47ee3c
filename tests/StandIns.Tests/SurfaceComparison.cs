namespace Mlops.StandIns;

/// <summary>A stand-in's types held against the official listing.</summary>
internal static class SurfaceComparison
{
    public static IReadOnlyList<string> Differences(IEnumerable<Type> types, IReadOnlyDictionary<string, SurfaceEntry> official) =>
        [.. Surface.Of(types).SelectMany(entry => official.TryGetValue(entry.Id, out var listed)
            ? entry.DifferencesFrom(listed)
            : [$"{entry.Id} is not in the official package"])];
}
