using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Mlops.Data;

namespace Mlops.Pipelines.Data;

/// <summary>A CSV file dropped into <c>uploads/{data set}/</c> becomes the data set's newest version.</summary>
/// <remarks>
/// Safe to repeat: the same content is the same version. A file that is refused fails the invocation with the line, the column
/// and the reason, so that it ends up where the host keeps what it could not handle. Dropped files are the default tenant's.
/// </remarks>
public sealed partial class IngestDroppedFile(DatasetStore datasets, ILogger<IngestDroppedFile> logger)
{
    private const int MostTold = 10;

    /// <exception cref="InvalidDataException">The file is refused, or its folder's name is no data set's.</exception>
    [Function(nameof(IngestDroppedFile))]
    public async Task RunAsync(
        [BlobTrigger("uploads/{dataset}/{file}")] Stream content, string dataset, string file, CancellationToken cancellationToken)
    {
        if (!DatasetName.TryParse(dataset, null, out var name))
        {
            throw new InvalidDataException($"uploads/{dataset}/{file}: '{dataset}' is not a data set name.");
        }

        switch (await datasets.UploadAsync(TenantId.Default, name, content, cancellationToken))
        {
            case UploadOutcome.Stored(var version):
                LogStored(file, name, version.Number, version.Rows);
                if (version.Check is { Success: false } check)
                {
                    LogImperfect(file, name, version.Number, check.Suite, check.QuarantinedRows);
                }

                break;
            case UploadOutcome.AlreadyStored(var version):
                LogKnown(file, name, version.Number);
                break;
            case UploadOutcome.Malformed(var line, var column, var reason):
                throw new InvalidDataException(
                    $"uploads/{dataset}/{file}, line {line}{(column is null ? "" : $", column '{column}'")}: {reason}");
            case UploadOutcome.TooLarge(var limit):
                throw new InvalidDataException($"uploads/{dataset}/{file} is longer than {limit} bytes.");
            case UploadOutcome.Rejected(var result):
                throw new InvalidDataException($"uploads/{dataset}/{file} {Told(result)}");
            default:
                throw new UnreachableException();
        }
    }

    private static string Told(ValidationResult result)
    {
        var failed = result.Failed(ExpectationSeverity.Critical).ToList();
        var told = string.Join("; ", failed.Take(MostTold).Select(outcome => outcome.Told()));
        return $"breaks {failed.Count} critical expectations of suite '{result.SuiteName}': {told}";
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{File} does not meet suite {Suite}; {Rows} of its rows were set aside and are not in {Dataset} version {Version}")]
    private partial void LogImperfect(string file, DatasetName dataset, int version, SuiteName suite, long rows);

    [LoggerMessage(Level = LogLevel.Information, Message = "{File} is {Dataset} version {Version}, {Rows} rows")]
    private partial void LogStored(string file, DatasetName dataset, int version, long rows);

    [LoggerMessage(Level = LogLevel.Information, Message = "{File} is already {Dataset} version {Version}")]
    private partial void LogKnown(string file, DatasetName dataset, int version);
}
