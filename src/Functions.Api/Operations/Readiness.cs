using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.Api.Operations;

/// <summary>Whether this process can answer: storage does, and every known endpoint has its models loaded.</summary>
public sealed class Readiness(ITableStore tables, EndpointRouter router)
{
    private static readonly TimeSpan StorageLimit = TimeSpan.FromSeconds(2);

    /// <returns>Of the status <c>ok</c> if it can.</returns>
    public async Task<Health> CheckAsync(CancellationToken cancellationToken)
    {
        var storage = await StorageAnswersAsync(cancellationToken);
        var waiting = router.Health
            .Where(endpoint => endpoint.Status is EndpointStatus.Unavailable)
            .Select(endpoint => endpoint.Name.Value)
            .ToList();
        var checks = new Dictionary<string, string>
        {
            ["storage"] = storage ? "ok" : "no answer",
            ["endpoints"] = !router.HasStarted ? "models are being loaded"
                : waiting.Count is 0 ? "ok" : $"no model loaded for {string.Join(", ", waiting)}",
        };
        return new Health(storage && router.HasStarted && waiting.Count is 0 ? Health.Ok : "failing", checks);
    }

    private async Task<bool> StorageAnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StorageLimit);
        try
        {
            await tables.FindAsync(new TableKey("default:health", "probe"), limit.Token);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever keeps storage from answering, too late or not at all, is what this probe is asked about.
            return false;
        }
    }
}
