using System.Runtime.CompilerServices;

namespace Mlops.Data;

/// <summary>Files of the repository that tests read where they lie.</summary>
internal static class RepositoryFiles
{
    public static string Path(params string[] parts) =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine([Here(), "..", "..", "..", .. parts]));

    public static string Data(string name) => Path("data", name);

    public static string Golden(string name) => Path("tests", "Core.Tests", "Data", "golden", name);

    private static string Here([CallerFilePath] string file = "") => System.IO.Path.GetDirectoryName(file) ?? "";
}
