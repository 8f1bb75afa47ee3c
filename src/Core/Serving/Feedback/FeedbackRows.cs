using System.Globalization;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>The layout of feedback: a row for each predicted row that has any, where its prediction leads.</summary>
/// <remarks>
/// The partition is <c>{tenant}:feedback:{endpoint}:{yyyyMMddHH}</c>, by the hour of the prediction's id. The row key is the id with
/// the process in front, <c>{process}{milliseconds}{count}:{row}</c>: the feedback on a stretch of a stream of the log is a range.
/// </remarks>
internal static class FeedbackRows
{
    public static string Partition(TenantId tenant, EndpointName endpoint, long hour) => string.Create(
        CultureInfo.InvariantCulture, $"{tenant}:feedback:{endpoint}:{LaneKey.StartOf(hour).UtcDateTime:yyyyMMddHH}");

    public static string Row(string predictionId, int row) =>
        string.Create(CultureInfo.InvariantCulture, $"{Key(predictionId)}:{row:D5}");

    /// <summary>Where the hours that have feedback are marked, a row an hour that every feedback rewrites.</summary>
    public static string Marks(TenantId tenant, EndpointName endpoint) => $"{tenant}:feedback-hours:{endpoint}";

    public static string Mark(long hour) =>
        LaneKey.StartOf(hour).UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);

    /// <summary>The part of row keys that follows from the id; sorts by process, then by time.</summary>
    public static string Key(string predictionId) => string.Concat(
        predictionId.AsSpan(PredictionIds.TimeLength, PredictionIds.InstanceLength),
        predictionId.AsSpan(0, PredictionIds.TimeLength),
        predictionId.AsSpan(PredictionIds.TimeLength + PredictionIds.InstanceLength));

    /// <summary>The first key after all rows of a prediction.</summary>
    public static string After(string key) => key + ";";

    /// <summary>The key of the prediction and the row that a row key is of.</summary>
    public static (string Key, int Row) Read(string row) =>
        (row[..PredictionIds.Length], int.Parse(row.AsSpan(PredictionIds.Length + 1), CultureInfo.InvariantCulture));

    /// <summary>Deletes the feedback on the predictions of an hour.</summary>
    public static async Task DeleteAsync(
        ITableStore tables, TenantId tenant, EndpointName endpoint, long hour, CancellationToken cancellationToken)
    {
        var partition = Partition(tenant, endpoint, hour);
        while (await tables.ScanAsync(new TableScan(partition, Limit: TableLimits.MaxWritesPerCommit), cancellationToken) is var page
            && (page.Rows.Count > 0 || page.Continuation is not null))
        {
            if (page.Rows.Count > 0)
            {
                // Refused if someone else has deleted some of them; then the next scan shows fewer.
                await tables.CommitAsync(
                    partition, [.. page.Rows.Select(row => new TableWrite.Delete(row.Key.Row))], cancellationToken);
            }
        }

        await tables.CommitAsync(Marks(tenant, endpoint), [new TableWrite.Delete(Mark(hour))], cancellationToken);
    }
}
