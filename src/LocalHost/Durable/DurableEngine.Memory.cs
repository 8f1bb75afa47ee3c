namespace Mlops.LocalHost.Durable;

/// <summary>What is kept of instances between their turns.</summary>
public sealed partial class DurableEngine
{
    private void SetLoaded(Instance instance, LoadedInstance? loaded)
    {
        Interlocked.Add(ref _loadedCount, (loaded is null ? 0 : 1) - (instance.Loaded is null ? 0 : 1));
        instance.Loaded = loaded;
    }

    private async Task UnloadAsync(Instance instance)
    {
        await instance.Gate.WaitAsync(_abort.Token);
        SetLoaded(instance, null);
        instance.Gate.Release();
    }

    /// <summary>Forgets an instance of which nothing is kept and to which nothing happens.</summary>
    private void TryRetire(Instance instance)
    {
        if (instance.Gate.Wait(0))
        {
            if (instance.Loaded is null && instance.TryRetire())
            {
                _instances.TryRemove(KeyValuePair.Create(instance.Id, instance));
            }

            instance.Gate.Release();
        }
    }

    /// <summary>Forgets a tenth of what is kept, longest unused first, when it is more than it should be.</summary>
    private void EvictSome()
    {
        if (Volatile.Read(ref _loadedCount) <= _options.MaxCachedInstances || !Monitor.TryEnter(_instances))
        {
            return;
        }

        try
        {
            var excess = Volatile.Read(ref _loadedCount) - (_options.MaxCachedInstances * 9 / 10);
            var loaded = _instances.Values.Where(instance => instance.Loaded is not null);
            foreach (var idle in loaded.OrderBy(instance => instance.LastTurn).Take(excess))
            {
                if (idle.Gate.Wait(0))
                {
                    SetLoaded(idle, null);
                    idle.Gate.Release();
                    TryRetire(idle);
                }
            }
        }
        finally
        {
            Monitor.Exit(_instances);
        }
    }
}
