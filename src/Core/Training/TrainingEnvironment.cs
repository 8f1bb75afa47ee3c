using System.Reflection;

namespace Mlops.Training;

/// <summary>What trained a model, beside data and spec: what to look at when training again gives something else.</summary>
/// <param name="CodeVersion">The version of this product.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Architecture">The processor architecture.</param>
/// <param name="Threads">How many threads the learner was given; a model must not depend on it.</param>
/// <param name="Packages">The versions of what takes part in learning and scoring, by name.</param>
public sealed record TrainingEnvironment(
    string CodeVersion, string Runtime, string Architecture, int Threads, IReadOnlyDictionary<string, string> Packages)
{
    /// <param name="threads">How many threads the learner is given.</param>
    /// <param name="packages">Versions by name, of what is below this project's own assemblies.</param>
    /// <param name="assemblies">This project's assemblies that take part.</param>
    public static TrainingEnvironment Here(
        int threads, IEnumerable<KeyValuePair<string, string>> packages, IEnumerable<Assembly> assemblies) => new(
            TrainingRecord.CurrentCodeVersion,
            TrainingRecord.CurrentRuntime,
            TrainingRecord.CurrentArchitecture,
            threads,
            new SortedDictionary<string, string>(
                packages
                    .Concat(assemblies.Select(assembly => KeyValuePair.Create(assembly.GetName().Name ?? "", VersionOf(assembly))))
                    .ToDictionary(),
                StringComparer.Ordinal));

    /// <summary>What is not the same in another environment, by name; packages as <c>packages.name</c>.</summary>
    public IReadOnlyList<EnvironmentDifference> Differences(TrainingEnvironment other)
    {
        var (mine, others) = (Facts(), other.Facts());
        return
        [
            .. mine.Keys.Union(others.Keys)
                .Order(StringComparer.Ordinal)
                .Select(name => new EnvironmentDifference(name, mine.GetValueOrDefault(name), others.GetValueOrDefault(name)))
                .Where(difference => difference.Recorded != difference.Reproduced),
        ];
    }

    internal static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private Dictionary<string, string> Facts() => new(
        Packages.Select(package => KeyValuePair.Create($"packages.{package.Key}", package.Value)), StringComparer.Ordinal)
    {
        ["codeVersion"] = CodeVersion,
        ["runtime"] = Runtime,
        ["architecture"] = Architecture,
        ["threads"] = FormattableString.Invariant($"{Threads}"),
    };
}

/// <summary>Something that is not as it was when a version was trained.</summary>
/// <param name="Name">As <c>codeVersion</c>, <c>runtime</c>, <c>architecture</c>, <c>threads</c> or <c>packages.Mlops.Learning</c>.</param>
/// <param name="Recorded">In the version's record; absent if it has nothing of that name.</param>
/// <param name="Reproduced">Where it was trained again; absent if there is nothing of that name.</param>
public sealed record EnvironmentDifference(string Name, string? Recorded = null, string? Reproduced = null);
