using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>Ends the keeping of predictions: what is old is deleted, with the feedback on it.</summary>
public static class PredictionRetention
{
    private const int PageSize = 1_000;

    /// <summary>Deletes a tenant's records of the hours that ended before an instant. Safe to repeat and to interrupt.</summary>
    /// <returns>How many blobs were deleted.</returns>
    public static async Task<int> DeleteBeforeAsync(
        IBlobStore blobs, ITableStore tables, TenantId tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (deleted, continuation) = (0, default(string));
        do
        {
            var page = await blobs.ListAsync(LogPath.OfTenant(tenant), PageSize, continuation, cancellationToken);
            foreach (var blob in page.Blobs)
            {
                if (LogPath.Read(blob.Path) is var (endpoint, hour, _) && LaneKey.StartOf(hour + 1) <= before)
                {
                    // The blob is last: it is what a repetition finds the feedback by.
                    await FeedbackRows.DeleteAsync(tables, tenant, endpoint, hour, cancellationToken);
                    deleted += await blobs.DeleteAsync(blob.Path, cancellationToken) ? 1 : 0;
                }
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
        return deleted;
    }
}
