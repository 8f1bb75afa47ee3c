using Mlops.Data;

namespace Mlops.Api.Data;

/// <summary>A version in a list.</summary>
/// <param name="Columns">How many columns it has.</param>
public sealed record DatasetVersionSummary(
    DatasetName Dataset, int Number, string Sha256, long Bytes, long Rows, int Columns, DateTimeOffset CreatedAt)
{
    public static DatasetVersionSummary Of(DatasetVersion version) => new(
        version.Dataset, version.Number, version.Sha256, version.Bytes, version.Rows, version.Schema.Columns.Count, version.CreatedAt);
}

/// <summary>A version with what is known of its columns, in file order.</summary>
/// <param name="Check">How the upload fared with the suite that guarded it; absent if none did.</param>
public sealed record DatasetVersionView(
    DatasetName Dataset,
    int Number,
    string Sha256,
    long Bytes,
    long Rows,
    DateTimeOffset CreatedAt,
    IReadOnlyList<DatasetColumnView> Columns,
    UploadCheckView? Check)
{
    public static DatasetVersionView Of(DatasetVersion version) => new(
        version.Dataset, version.Number, version.Sha256, version.Bytes, version.Rows, version.CreatedAt,
        [.. version.Schema.Columns.Zip(version.Statistics, DatasetColumnView.Of)],
        UploadCheckView.Of(version.Check));
}

/// <summary>How an upload fared with the suite that guarded it; see <see cref="UploadCheck"/>.</summary>
public sealed record UploadCheckView(SuiteName Suite, int SuiteVersion, bool Success, long QuarantinedRows, string SourceSha256)
{
    public static UploadCheckView? Of(UploadCheck? check) =>
        check is null ? null : new(check.Suite, check.SuiteVersion, check.Success, check.QuarantinedRows, check.SourceSha256);
}

/// <summary>A column's type and statistics; see <see cref="ColumnStatistics"/>.</summary>
public sealed record DatasetColumnView(
    string Name,
    ColumnType Type,
    bool Nullable,
    long Count,
    long Missing,
    long Distinct,
    bool IsDistinctExact,
    IReadOnlyList<ValueCount> Top,
    NumberStatistics? Numbers)
{
    public static DatasetColumnView Of(ColumnSchema schema, ColumnStatistics statistics) => new(
        schema.Name, schema.Type, schema.Nullable, statistics.Count, statistics.Missing, statistics.Distinct,
        statistics.IsDistinctExact, statistics.Top, statistics.Numbers);
}
