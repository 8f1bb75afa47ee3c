using Microsoft.Data.Sqlite;

namespace Mlops.Storage;

/// <summary>What the database knows of a blob. The blob is what this row says, whatever else lies in the folder.</summary>
/// <param name="File">Where its content is, below the folder of blobs; another file after each put.</param>
/// <param name="Length">How many bytes of that file belong to the blob; a torn append may have left more.</param>
/// <param name="Appends">How many appends have made it; none if it was put.</param>
internal sealed record BlobRow(string Path, string File, long Length, long Tag, DateTimeOffset Modified, int Appends)
{
    public const string Select = "SELECT path, file, length, tag, modified, appended FROM blobs";

    public BlobInfo Info => new(Path, Length, Tags.Format(Tag), Modified);

    public static BlobRow From(SqliteDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetInt64(2),
        reader.GetInt64(3),
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)),
        reader.GetInt32(5));
}
