using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mlops.LocalHost.Durable;

/// <summary>The names of partitions and rows: one partition for each instance, and two small indexes beside them.</summary>
internal sealed class DurableRows(string hub)
{
    public const string State = "state";

    public const string InboxPrefix = "i:";

    public const string OutboxPrefix = "o:";

    public const string HistoryPrefix = "h:";

    /// <summary>Every instance there is: what a listing walks.</summary>
    public string Index { get; } = $"durable:{hub}:index";

    /// <summary>The instances that have something left to do: what a restart walks.</summary>
    public string Active { get; } = $"durable:{hub}:active";

    public string Instance(string id) => $"durable:{hub}:instance:{InstanceKey.Of(id)}";

    public static string History(int generation, int batch) => string.Create(CultureInfo.InvariantCulture, $"h:{generation:d8}:{batch:d8}");

    public static string Input(int generation) => string.Create(CultureInfo.InvariantCulture, $"input:{generation:d8}");

    public static string Output(int generation) => string.Create(CultureInfo.InvariantCulture, $"output:{generation:d8}");

    /// <param name="batch">How many history rows there were before the turn that left the entry.</param>
    public static string Outbox(int generation, int batch) => string.Create(CultureInfo.InvariantCulture, $"o:{generation:d8}:{batch:d8}");

    /// <summary>A message from outside: they are read in the order in which they were given out.</summary>
    public static string FromClient(long sequence) => string.Create(CultureInfo.InvariantCulture, $"i:0:{sequence:d19}");

    /// <summary>A message from another instance: the same key at every repetition, so that one row holds it.</summary>
    public static string FromInstance(string sender, string executionId, int generation, string what)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{executionId}|{sender}"));
        return string.Create(CultureInfo.InvariantCulture, $"i:1:{Convert.ToHexStringLower(hash.AsSpan(0, 16))}:{generation:d8}:{what}");
    }
}
