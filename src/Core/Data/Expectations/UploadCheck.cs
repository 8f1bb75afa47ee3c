namespace Mlops.Data;

/// <summary>How a version fared with the suite that guarded its upload.</summary>
/// <param name="Success">Whether the file, as it was sent, met every expectation.</param>
/// <param name="QuarantinedRows">How many rows of the file were set aside and are not in the version.</param>
/// <param name="SourceSha256">The hash of the file as it was sent.</param>
/// <param name="Validation">The path of the blob that holds the <see cref="ValidationResult"/>.</param>
/// <param name="Quarantine">The path of the blob that holds the rows that were set aside; absent if none were.</param>
public sealed record UploadCheck(
    SuiteName Suite, int SuiteVersion, bool Success, long QuarantinedRows, string SourceSha256, string Validation, string? Quarantine = null);
