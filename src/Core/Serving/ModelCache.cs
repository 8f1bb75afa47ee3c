using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>The models in memory, each loaded once however many endpoints serve it.</summary>
internal sealed class ModelCache(ModelFiles files, IModelLoader loader)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(TenantId, ModelName, int), Entry> _entries = [];

    /// <summary>Gives a model that stays in memory until it is unpinned as often as it was pinned.</summary>
    /// <exception cref="ModelLoadException">The model cannot be run.</exception>
    /// <exception cref="InvalidDataException">Its file is not what was registered.</exception>
    public async Task<ServedModel> PinAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = (tenant, version.Model, version.Number);
        Entry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out entry))
            {
                entry = new Entry(Task.Run(() => LoadAsync(tenant, version, cancellationToken), cancellationToken));
                _entries.Add(key, entry);
            }

            entry.Pins++;
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
                Drop(key);
            }
        }
    }

    public void Unpin(TenantId tenant, ServedModel model)
    {
        if (Drop((tenant, model.Version.Model, model.Version.Number)))
        {
            model.Release();
        }
    }

    /// <returns>Whether that was the last pin.</returns>
    private bool Drop((TenantId, ModelName, int) key)
    {
        lock (_lock)
        {
            return --_entries[key].Pins is 0 && _entries.Remove(key);
        }
    }

    private async Task<ServedModel> LoadAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        var onnx = await files.ReadOnnxAsync(tenant, version, cancellationToken);
        return version.Signature.Tensors is { } tensors
            ? new ServedModel(version, loader.LoadTensors(onnx, tensors))
            : new ServedModel(version, loader.Load(onnx, version.Signature));
    }

    private sealed class Entry(Task<ServedModel> loading)
    {
        public Task<ServedModel> Loading { get; } = loading;

        public int Pins { get; set; }
    }
}
