using System.Globalization;
using Mlops.Storage;

namespace Mlops.Data;

/// <summary>Where data sets are kept: all of a tenant's in one partition, so that whatever belongs together commits together.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>d:{name}</c> the <see cref="Dataset"/> as it stands; a range of them is the list.</item>
/// <item><c>v:{name}:{inverted number}</c> a <see cref="DatasetVersion"/>; a range of them is the history, newest first.</item>
/// <item><c>h:{name}:{sha256}</c> the number of the version with that content, so that a content is stored once.</item>
/// <item><c>q:{name}:{sha256 of the file}:{sha256 of the rest}</c> the number of the version that is the rest of a file of which rows
/// were set aside, so that the same file makes it once and another file with the same rest loses none of its rows.</item>
/// <item><c>u:{upload}</c> an upload that has begun: it names its blob, and the commit that makes it a version removes it.</item>
/// </list>
/// A colon is in no name, and sorts after digits and hyphens: no range reaches into another.
/// </remarks>
internal static class DatasetKeys
{
    public const string Datasets = "d:";
    public const string Uploads = "u:";

    public static string Partition(TenantId tenant) => $"{tenant}:datasets";

    public static string Dataset(DatasetName name) => $"{Datasets}{name}";

    public static string Versions(DatasetName name) => $"v:{name}:";

    public static string Version(DatasetName name, int number) =>
        Versions(name) + (int.MaxValue - number).ToString("D10", CultureInfo.InvariantCulture);

    public static string Hash(DatasetName name, string sha256) => $"h:{name}:{sha256}";

    public static string Quarantined(DatasetName name, string source, string rest) => $"q:{name}:{source}:{rest}";

    public static string Upload(string upload) => Uploads + upload;

    public static string Content(TenantId tenant, DatasetName name, string upload) => $"{tenant}/datasets/{name}/{upload}.csv";

    /// <summary>The file beside an upload's content that says something about it.</summary>
    public static string Beside(string content, string suffix) => content[..^".csv".Length] + suffix;

    public static TableKey At(TenantId tenant, string row) => new(Partition(tenant), row);
}
