namespace Mlops.Registry;

/// <summary>What to register as a model's next version.</summary>
/// <param name="IdempotencyKey">Names this registration for ever: registering again with the same key gives the same version. 1 to 512
/// characters.</param>
/// <param name="Folder">The files, written before.</param>
/// <param name="Fingerprint">What tells this registration from another with the same key by mistake; absent: nothing does.</param>
public sealed record VersionRegistration(
    string IdempotencyKey,
    VersionFolder Folder,
    ModelSignature Signature,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    string? RunId = null,
    string? Description = null,
    GateVerdict? Verdict = null,
    string? Fingerprint = null);

/// <summary>A change of what people say about a model or version.</summary>
/// <param name="Description">The new description; null leaves it, empty removes it.</param>
/// <param name="Tags">Tags to set, or to remove where the value is null; null leaves all.</param>
/// <param name="Verdict">What the gates said; versions only; null leaves it.</param>
public sealed record Edit(string? Description = null, IReadOnlyDictionary<string, string?>? Tags = null, GateVerdict? Verdict = null);
