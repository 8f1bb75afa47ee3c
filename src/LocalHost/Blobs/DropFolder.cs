using System.Globalization;

namespace Mlops.LocalHost.Blobs;

/// <summary>The folder of one container, in which dropped files become blobs.</summary>
/// <remarks>
/// Names that begin with a dot, in any folder, are nobody's business: editors and copiers use them for unfinished files, and
/// handled files go to <c>.done</c> and <c>.failed</c>. Links are not followed, so that nothing outside the folder is taken.
/// </remarks>
internal sealed class DropFolder
{
    private const string Done = ".done";
    private const string Failed = ".failed";

    private static readonly EnumerationOptions Visible = new()
    {
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    private readonly string _root;

    public DropFolder(string root) => _root = Directory.CreateDirectory(root).FullName;

    /// <summary>Every file there is, in ordinal order of its path.</summary>
    public IReadOnlyList<DropFile> List()
    {
        var found = new List<DropFile>();
        Collect(new DirectoryInfo(_root), found);
        found.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        return found;
    }

    /// <summary>Puts a handled file away; an earlier one of its name stays beside it.</summary>
    public void MoveToDone(DropFile file) => Move(file, Done);

    /// <summary>Puts a file away that no attempt could handle, and beside it what went wrong.</summary>
    public void MoveToFailed(DropFile file, string error) => File.WriteAllText(Move(file, Failed) + ".error.txt", error);

    private void Collect(DirectoryInfo folder, List<DropFile> found)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos("*", Visible).Where(entry => entry.Name[0] is not '.'))
        {
            if (entry is DirectoryInfo inner)
            {
                Collect(inner, found);
            }
            else if (entry is FileInfo file)
            {
                var path = Path.GetRelativePath(_root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
                found.Add(new DropFile(path, file.FullName, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)));
            }
        }
    }

    private string Move(DropFile file, string folder)
    {
        var target = Path.Combine(_root, folder, file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(target) ?? _root);
        if (File.Exists(target))
        {
            target = $"{target}.{file.Modified.ToString("yyyyMMdd'T'HHmmssfffffff", CultureInfo.InvariantCulture)}";
        }

        File.Move(file.FullPath, target, overwrite: true);
        return target;
    }
}
