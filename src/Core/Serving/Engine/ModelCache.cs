using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>The models in memory, each loaded and warmed up once however many endpoints serve it.</summary>
/// <remarks>
/// A model that nothing holds any more stays while there is room, the ones longest unused going first, so that a roll-back and a
/// request for an explicit version find it. Safe for concurrent use.
/// </remarks>
internal sealed class ModelCache(ModelFiles files, IModelLoader loader, ServingOptions options, ServingMetrics metrics, TimeProvider time)
{
    /// <summary>How much more memory a loaded model takes than its file, roughly: ONNX Runtime keeps its own copy of the weights.</summary>
    private const int MemoryPerByte = 3;

    private const long LeastMemory = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<(TenantId, ModelName, int), Entry> _entries = [];

    /// <summary>Nobody holds these; the one longest unused is first.</summary>
    private readonly LinkedList<Entry> _idle = [];
    private long _idleBytes;
    private bool _isClosed;

    /// <summary>What is loaded and about how much memory each takes.</summary>
    public IReadOnlyList<(ModelVersion Version, long Bytes)> Loaded
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Values.Where(entry => entry.Loading.IsCompletedSuccessfully).Select(entry => (entry.Version, entry.Bytes))];
            }
        }
    }

    /// <summary>How many requests wait for the models in memory.</summary>
    public long Waiting
    {
        get
        {
            lock (_lock)
            {
                return _entries.Values
                    .Where(entry => entry.Loading.IsCompletedSuccessfully)
                    .Sum(entry => (long)entry.Loading.Result.Waiting);
            }
        }
    }

    /// <summary>Gives a model that stays in memory until it is unpinned as often as it was pinned.</summary>
    /// <exception cref="ModelLoadException">The model cannot be run.</exception>
    /// <exception cref="InvalidDataException">Its file is not what was registered.</exception>
    public async Task<ServedModel> PinAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = (tenant, version.Model, version.Number);
        Entry? entry;
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out entry))
            {
                metrics.CacheHit();
            }
            else
            {
                metrics.CacheMiss();
                entry = new Entry(key, version, Task.Run(() => LoadAsync(tenant, version, cancellationToken), cancellationToken));
                _entries.Add(key, entry);
            }

            Hold(entry);
        }

        var isPinned = false;
        try
        {
            var model = await entry.Loading;
            isPinned = true;
            return model;
        }
        finally
        {
            if (!isPinned)
            {
                Drop(key, keep: false);
            }
        }
    }

    public void Unpin(TenantId tenant, ServedModel model) => Drop((tenant, model.Version.Model, model.Version.Number), keep: true);

    /// <summary>A lease of a version that happens to be in memory; null if it is not.</summary>
    public ModelLease? TryLease(TenantId tenant, ModelName model, int number)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue((tenant, model, number), out var entry) || !entry.Loading.IsCompletedSuccessfully)
            {
                return null;
            }

            if (entry.Node is { } node)
            {
                _idle.Remove(node);
                _idle.AddLast(node);
            }

            return entry.Loading.Result.TryLease();
        }
    }

    /// <summary>Lets go of everything that nobody holds, and keeps nothing from now on.</summary>
    public void Close()
    {
        List<Entry> gone;
        lock (_lock)
        {
            _isClosed = true;
            gone = Evict();
        }

        Release(gone);
    }

    private static void Release(List<Entry> gone)
    {
        foreach (var entry in gone)
        {
            entry.Loading.Result.Release();
        }
    }

    private static long MemoryOf(ModelVersion version) => Math.Max(LeastMemory, version.Size * MemoryPerByte);

    private void Hold(Entry entry)
    {
        entry.Pins++;
        if (entry.Node is { } node)
        {
            _idle.Remove(node);
            entry.Node = null;
            _idleBytes -= entry.Bytes;
        }
    }

    private void Drop((TenantId, ModelName, int) key, bool keep)
    {
        List<Entry> gone = [];
        lock (_lock)
        {
            var entry = _entries[key];
            if (--entry.Pins > 0)
            {
                return;
            }

            if (!keep)
            {
                _entries.Remove(key);
                return;
            }

            entry.Node = _idle.AddLast(entry);
            _idleBytes += entry.Bytes;
            gone = Evict();
        }

        Release(gone);
    }

    /// <returns>What has no room any more, to be released outside the lock.</returns>
    private List<Entry> Evict()
    {
        var gone = new List<Entry>();
        while (_idle.First is { } node && (_isClosed || _idleBytes > options.IdleModelBytes))
        {
            _idle.RemoveFirst();
            _entries.Remove(node.Value.Key);
            _idleBytes -= node.Value.Bytes;
            gone.Add(node.Value);
        }

        return gone;
    }

    private async Task<ServedModel> LoadAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var isLoaded = false;
        try
        {
            var model = await ReadAsync(tenant, version, cancellationToken);
            isLoaded = true;
            return model;
        }
        finally
        {
            var took = time.GetElapsedTime(started);
            if (isLoaded)
            {
                metrics.ModelLoaded(took);
            }
            else
            {
                metrics.ModelLoadFailed(took);
            }
        }
    }

    private async Task<ServedModel> ReadAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        var onnx = await files.ReadOnnxAsync(tenant, version, cancellationToken);
        if (version.Signature.Tensors is { } tensors)
        {
            // Warm already: loading tries it on zeros, in bounded time.
            return new ServedModel(version, loader.LoadTensors(onnx, tensors), options, metrics, time);
        }

        var scorer = loader.Load(onnx, version.Signature);
        WarmUp(scorer);
        return new ServedModel(version, scorer, options, metrics, time);
    }

    /// <summary>Scores rows of nothing, so that no request pays for what happens only the first times.</summary>
    private static void WarmUp(IModelScorer scorer)
    {
        const int Rounds = 8;
        var signature = scorer.Signature;
        foreach (var rows in (ReadOnlySpan<int>)[1, 32])
        {
            var numbers = new float[rows * signature.Features.Count(feature => feature.IsNumeric)];
            var strings = new string[rows * signature.Features.Count(feature => !feature.IsNumeric)];
            Array.Fill(strings, "");
            var scores = new float[rows * signature.OutputWidth];
            for (var round = 0; round < Rounds; round++)
            {
                scorer.Score(new FeatureBatch(rows, numbers, strings), scores);
            }
        }
    }

    private sealed class Entry((TenantId, ModelName, int) key, ModelVersion version, Task<ServedModel> loading)
    {
        public (TenantId, ModelName, int) Key => key;

        public ModelVersion Version => version;

        public long Bytes { get; } = MemoryOf(version);

        public Task<ServedModel> Loading => loading;

        public int Pins { get; set; }

        /// <summary>Its place among those that nobody holds.</summary>
        public LinkedListNode<Entry>? Node { get; set; }
    }
}
