namespace Mlops.Data;

/// <summary>One content that a data set has had. It never changes.</summary>
/// <param name="Dataset">Whose version it is.</param>
/// <param name="Number">1 for the first; each new content gets the next number.</param>
/// <param name="Sha256">What the version is known by: the hash of its bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length of the CSV file.</param>
/// <param name="Rows">Rows below the header.</param>
/// <param name="Schema">The columns in file order.</param>
/// <param name="Statistics">One for each column, in the same order.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="Content">The path of the blob that holds the CSV file, byte for byte as it came; without the rows that were set aside,
/// where there were any.</param>
/// <param name="Check">How the upload fared with the suite that guarded it; absent if none did.</param>
public sealed record DatasetVersion(
    DatasetName Dataset,
    int Number,
    string Sha256,
    long Bytes,
    long Rows,
    DataSchema Schema,
    IReadOnlyList<ColumnStatistics> Statistics,
    DateTimeOffset CreatedAt,
    string Content,
    UploadCheck? Check = null);

/// <summary>A named line of versions, and where it stands.</summary>
/// <param name="Latest">The number of the newest version, which is also how many there are.</param>
/// <param name="Sha256">The newest version's hash.</param>
/// <param name="Bytes">The newest version's length.</param>
/// <param name="Rows">The newest version's rows.</param>
/// <param name="Columns">The newest version's columns.</param>
/// <param name="CreatedAt">When the first version was stored.</param>
/// <param name="UpdatedAt">When the newest version was stored.</param>
public sealed record Dataset(
    DatasetName Name,
    int Latest,
    string Sha256,
    long Bytes,
    long Rows,
    int Columns,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>Data sets in the order of their names; only an absent continuation ends the list.</summary>
public sealed record DatasetPage(IReadOnlyList<Dataset> Datasets, string? Continuation);

/// <summary>Versions, the newest first; only an absent continuation ends the list.</summary>
public sealed record DatasetVersionPage(IReadOnlyList<DatasetVersion> Versions, string? Continuation);
