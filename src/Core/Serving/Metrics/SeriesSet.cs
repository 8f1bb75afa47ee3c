using System.Collections.Concurrent;

namespace Mlops.Serving;

/// <summary>Series by key, no more than a given number: what comes after that shares one.</summary>
/// <param name="most">How many keys get a series of their own.</param>
/// <param name="create">Makes a key's series.</param>
/// <param name="other">The series of all further keys.</param>
internal sealed class SeriesSet<TKey, TSeries>(int most, Func<TKey, TSeries> create, TSeries other)
    where TKey : struct
    where TSeries : class
{
    private readonly ConcurrentDictionary<TKey, TSeries> _series = new();
    private readonly Lock _adding = new();
    private volatile bool _isFull;
    private volatile bool _hasOthers;

    /// <summary>Every series in use.</summary>
    public IEnumerable<TSeries> All => _hasOthers ? _series.Values.Append(other) : _series.Values;

    /// <summary>The key's series; a known key costs one look-up and no memory.</summary>
    public TSeries Of(in TKey key) => _series.TryGetValue(key, out var known) ? known : Add(key);

    private TSeries Add(in TKey key)
    {
        if (_isFull)
        {
            _hasOthers = true;
            return other;
        }

        lock (_adding)
        {
            // Counting them is dear, which is why it is done for new keys only.
            if (_series.Count >= most && !_series.ContainsKey(key))
            {
                (_isFull, _hasOthers) = (true, true);
                return other;
            }

            return _series.GetOrAdd(key, create);
        }
    }
}
