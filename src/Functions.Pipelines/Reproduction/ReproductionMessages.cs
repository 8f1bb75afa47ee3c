namespace Mlops.Pipelines.Reproduction;

/// <summary>Which version to train again.</summary>
/// <param name="Id">The reproduction's id, which is also the blob folder that its steps work in.</param>
/// <param name="RecordedSha256">Of the version's model.</param>
public sealed record ReproductionRequest(
    string Tenant, string Id, string Caller, string Model, int Version, string RecordedSha256);

public sealed record RecipeRequest(ReproductionRequest Request, DateTime StartedAt);

/// <param name="Sha256">Of the model trained again.</param>
/// <param name="Metrics">Its metrics on the held-out rows.</param>
public sealed record Reproduced(ReproductionRequest Request, string Sha256, IReadOnlyDictionary<string, double> Metrics);
