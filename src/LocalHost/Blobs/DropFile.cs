using System.Security.Cryptography;
using System.Text;

namespace Mlops.LocalHost.Blobs;

/// <summary>A file in a drop folder as it was when looked at; a change of length or time makes it another.</summary>
/// <param name="Path">Below the container's folder, with forward slashes.</param>
/// <param name="FullPath">Where it lies on the disk.</param>
internal sealed record DropFile(string Path, string FullPath, long Length, DateTimeOffset Modified)
{
    /// <summary>The row of its record: paths may hold what keys may not.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path)));
}
