using System.Buffers.Text;
using System.Text;
using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>Picks the next page of a metric's history out of all its points, holding not much more than that page.</summary>
/// <param name="limit">How many points the page may have.</param>
/// <param name="after">The last point of the page before.</param>
internal sealed class MetricHistory(int limit, Metric? after)
{
    private readonly List<Metric> _first = [];
    private bool _dropped;

    public void Add(Metric metric)
    {
        if (after is not null && Metric.HistoryOrder.Compare(metric, after) <= 0)
        {
            return;
        }

        _first.Add(metric);
        if (_first.Count >= 4 * (limit + 1))
        {
            KeepFirst();
        }
    }

    public MetricPage ToPage()
    {
        KeepFirst();
        return new(_first, _dropped ? Base64Url.EncodeToString(Encoding.ASCII.GetBytes(_first[^1].Place)) : null);
    }

    /// <exception cref="InvalidContinuationException">It is not a continuation of a history.</exception>
    public static Metric ParseContinuation(string key, string continuation) =>
        Base64Url.IsValid(continuation)
        && Metric.AtPlace(key, Encoding.ASCII.GetString(Base64Url.DecodeFromChars(continuation))) is { } after
            ? after
            : throw new InvalidContinuationException("The continuation does not belong to a metric's history.");

    private void KeepFirst()
    {
        _first.Sort(Metric.HistoryOrder);
        var kept = 0;
        for (var i = 0; i < _first.Count; i++)
        {
            // A batch that was sent twice is in the log twice.
            if (kept > 0 && Metric.HistoryOrder.Compare(_first[i], _first[kept - 1]) is 0)
            {
                continue;
            }

            if (kept == limit)
            {
                _dropped = true;
                break;
            }

            _first[kept++] = _first[i];
        }

        _first.RemoveRange(kept, _first.Count - kept);
    }
}
