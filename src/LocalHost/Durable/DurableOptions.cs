using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace Mlops.LocalHost.Durable;

/// <summary>How the embedded durable engine runs.</summary>
public sealed class DurableOptions
{
    /// <summary>The most that one input, output or event may take as UTF-8 text, 256 KiB; messages carry references, not data.</summary>
    public const int MaxPayloadBytes = 256 * 1024;

    /// <summary>The most that a custom status may take as UTF-16 text, the official 16 KiB.</summary>
    public const int MaxCustomStatusBytes = 16 * 1024;

    /// <summary>Which hub this engine works on: engines of different hubs share a store without seeing each other.</summary>
    public string HubName { get; set; } = "hub";

    /// <summary>At most this many activities run at the same time.</summary>
    public int MaxConcurrentActivities { get; set; } = Math.Max(16, 4 * Environment.ProcessorCount);

    /// <summary>At most this many orchestrations take a turn at the same time; most of a turn is waiting for the store.</summary>
    public int MaxConcurrentTurns { get; set; } = 64;

    /// <summary>At most this many idle orchestrations are kept ready in memory; others are replayed from history when needed.</summary>
    public int MaxCachedInstances { get; set; } = 1_000;

    /// <summary>How long to wait after the store failed before a turn is tried again.</summary>
    public TimeSpan StoreRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How values become text: as the Functions worker does it by default, names as they are and read in any case.</summary>
    public DataConverter DataConverter { get; set; } =
        new JsonDataConverter(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });
}
