namespace Mlops.StandIns;

/// <summary>One line of a public surface: what a type or member is called, what it is, and what else is said of it.</summary>
/// <param name="Id">The documentation id.</param>
/// <param name="Shape">A member's type; a type's kind.</param>
/// <param name="Bases">A type's base type and interfaces; empty for a member.</param>
/// <param name="Accessors">A property's accessors: <c>get</c>, <c>set</c>, <c>init</c>, each perhaps with its own access.</param>
/// <param name="Facts">Everything else that a caller could notice.</param>
internal sealed record SurfaceEntry(
    string Id, string Shape, IReadOnlyList<string> Bases, IReadOnlyList<string> Accessors, IReadOnlyList<string> Facts)
{
    /// <summary>What an entry of a stand-in has that the official one lacks or has otherwise.</summary>
    /// <remarks>A stand-in may leave out interfaces and accessors. All else must be the same.</remarks>
    public IEnumerable<string> DifferencesFrom(SurfaceEntry official)
    {
        if (Shape != official.Shape)
        {
            yield return $"{Id} is {Shape}, officially {official.Shape}";
        }

        foreach (var added in Bases.Except(official.Bases))
        {
            yield return $"{Id} derives from {added}, which the official type does not";
        }

        if (official.Bases is [var first, ..] && first.StartsWith("System.", StringComparison.Ordinal) is false
            && official.Shape.Contains("class", StringComparison.Ordinal) && !Bases.Contains(first))
        {
            yield return $"{Id} does not derive from {first}";
        }

        foreach (var added in Accessors.Except(official.Accessors))
        {
            yield return $"{Id} has the accessor '{added}', officially {{ {string.Join("; ", official.Accessors)} }}";
        }

        foreach (var added in Facts.Except(official.Facts))
        {
            yield return $"{Id} is '{added}', officially '{string.Join("; ", official.Facts)}'";
        }

        foreach (var missing in official.Facts.Except(Facts))
        {
            yield return $"{Id} is not '{missing}', as it officially is";
        }
    }
}
