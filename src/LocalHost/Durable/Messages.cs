namespace Mlops.LocalHost.Durable;

/// <summary>A message to an instance.</summary>
/// <param name="ExecutionId">The execution it is meant for; absent for a mere call to look again.</param>
/// <param name="Generation">The generation it is meant for; absent if any will do, as for external events.</param>
/// <param name="Event">What happened; absent for a mere call to look again.</param>
/// <param name="Row">The inbox row that holds it until a turn has consumed it.</param>
internal sealed record Envelope(string? ExecutionId = null, int? Generation = null, HistoryEvent? Event = null, string? Row = null)
{
    /// <summary>Nothing happened, but look whether there is something to do.</summary>
    public static Envelope Look { get; } = new();
}

/// <summary>An inbox row.</summary>
internal sealed record InboxMessage(string ExecutionId, HistoryEvent Event, int? Generation = null);

/// <summary>An outbox row: which steps of a turn other instances must yet hear of.</summary>
/// <param name="Batches">How many history rows of the generation hold those steps.</param>
/// <param name="Steps">Sub-orchestrations to start and events to send.</param>
/// <param name="Terminate">Sub-orchestrations to terminate.</param>
/// <param name="NotifyParent">Whether the parent waits for how this instance ended.</param>
internal sealed record OutboxEntry(
    int Generation, int Batches, IReadOnlyList<int> Steps, IReadOnlyList<string> Terminate, bool NotifyParent);
