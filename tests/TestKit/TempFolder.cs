namespace Mlops;

/// <summary>An empty folder that is deleted when disposed.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mlops-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
