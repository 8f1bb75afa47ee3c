using System.Reflection;
using System.Runtime.Loader;

namespace Mlops.StandIns;

/// <summary>The stand-ins as they were built, and where their official packages' listings are.</summary>
internal static class StandInAssemblies
{
    private static readonly string Output = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);

    public static string RepositoryRoot { get; } = Above(Output, folder => File.Exists(Path.Combine(folder, "MlopsFunctions.sln")))
        ?? throw new InvalidOperationException($"{Output} is not inside the repository.");

    /// <summary>The folder <c>shared/api-surface</c> beside the repository or beside a folder above it; null where there is none.</summary>
    public static string? ListingFolder { get; } = Above(RepositoryRoot, folder => Directory.Exists(Listings(folder))) is { } found
        ? Listings(found)
        : null;

    public static IEnumerable<string> Names { get; } =
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot, "standins"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static Assembly Load(string name)
    {
        // Both lie in artifacts/bin/<project>/<configuration>.
        var configuration = Path.GetFileName(Output);
        var folder = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Output)) ?? Output, name, configuration);
        return new StandInContext(folder).LoadFromAssemblyPath(Path.Combine(folder, name + ".dll"));
    }

    /// <summary>The listing of the official package; null if it has no code.</summary>
    public static string? FindListing(string name) =>
        new[] { name, name + ".Managed" }
            .Select(package => Path.Combine(ListingFolder ?? "", package + ".txt"))
            .FirstOrDefault(File.Exists);

    private static string Listings(string folder) => Path.Combine(folder, "shared", "api-surface");

    private static string? Above(string start, Predicate<string> holds)
    {
        for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (holds(folder))
            {
                return folder;
            }
        }

        return null;
    }

    private sealed class StandInContext(string folder) : AssemblyLoadContext
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            Path.Combine(folder, assemblyName.Name + ".dll") is var path && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
