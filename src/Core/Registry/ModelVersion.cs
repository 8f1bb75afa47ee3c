using System.Text.Json.Serialization;

namespace Mlops.Registry;

/// <summary>Where a version stands in its life, in MLflow's words. Versions start in <see cref="None"/>.</summary>
public enum Stage { None, Staging, Production, Archived }

/// <summary>One numbered build of a model. Stage, description, tags and verdict change; number, files and signature never.</summary>
/// <param name="Number">From 1, without gaps, never given out twice.</param>
/// <param name="Folder">Where its files are; see <see cref="ModelFiles"/>.</param>
/// <param name="Metrics">The evaluation's figures on the hold-out rows.</param>
/// <param name="Size">Bytes of <c>model.onnx</c>.</param>
/// <param name="Sha256">Of <c>model.onnx</c>, 64 lower-case hexadecimal digits.</param>
/// <param name="RunId">The tracking run that made it, if one did.</param>
/// <param name="Verdict">Absent until gates have been asked.</param>
public sealed record ModelVersion(
    ModelName Model,
    int Number,
    Stage Stage,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset UpdatedAt,
    string Folder,
    ModelSignature Signature,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    long Size,
    string Sha256,
    string? RunId = null,
    string? Description = null,
    GateVerdict? Verdict = null)
{
    /// <summary>Changes with every change of the version.</summary>
    [JsonIgnore]
    public string ETag { get; init; } = "";

    /// <summary>Why this version may not move to <paramref name="target"/>; null if it may.</summary>
    /// <remarks>As in MLflow any stage leads to any other, since a roll-back is a move too, with one exception: a version that
    /// failed its gates does not reach production.</remarks>
    public string? RefusalToMoveTo(Stage target) => target is Stage.Production && Verdict is { Passed: false } verdict
        ? $"Version {Number} failed its gates: {string.Join("; ", verdict.Failures)}."
        : null;
}

/// <summary>Versions of a model, newest first; only an absent continuation ends the listing.</summary>
public sealed record VersionPage(IReadOnlyList<ModelVersion> Versions, string? Continuation);
