using System.Text.Json.Serialization;

namespace Mlops.Registry;

/// <summary>A name under which versions of a model are kept.</summary>
public sealed record RegisteredModel(
    ModelName Name, IReadOnlyDictionary<string, string> Tags, DateTimeOffset CreatedAt, string CreatedBy, string? Description = null)
{
    /// <summary>When anything about the model last changed, its versions, stages and aliases included.</summary>
    [JsonIgnore]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The newest version's number; 0 while there is none.</summary>
    [JsonIgnore]
    public int LatestVersion { get; init; }

    [JsonIgnore]
    public IReadOnlyDictionary<AliasName, int> Aliases { get; init; } = new Dictionary<AliasName, int>();

    /// <summary>Changes when description or tags change.</summary>
    [JsonIgnore]
    public string ETag { get; init; } = "";
}

/// <summary>Models of a listing by name; a page may be short, only an absent continuation ends it.</summary>
public sealed record ModelPage(IReadOnlyList<RegisteredModel> Models, string? Continuation);
