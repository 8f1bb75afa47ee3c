using System.Text.Json.Serialization;

namespace Mlops.Registry;

public enum HistoryKind { ModelCreated, ModelEdited, VersionRegistered, VersionEdited, StageMoved, AliasSet, AliasRemoved }

/// <summary>Who changed what about a model, and when.</summary>
/// <param name="Sequence">Counts a model's changes from 1 without gaps.</param>
/// <param name="At">Never earlier than the entry before, even if the clock was set back.</param>
/// <param name="From">What it was before: a stage, or the version that an alias named.</param>
/// <param name="To">What it became.</param>
public sealed record HistoryEntry(
    long Sequence,
    DateTimeOffset At,
    string Actor,
    HistoryKind Kind,
    int? Version = null,
    AliasName? Alias = null,
    string? From = null,
    string? To = null);

/// <summary>A model's history, newest first; only an absent continuation ends it.</summary>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, string? Continuation);

/// <summary>That an alias named a version from an instant on.</summary>
public sealed record AliasAssignment(AliasName Alias, int Version, DateTimeOffset Since, string By)
{
    /// <summary>Changes when the alias moves.</summary>
    [JsonIgnore]
    public string ETag { get; init; } = "";
}
