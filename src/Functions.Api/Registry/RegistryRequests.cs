using System.Globalization;
using Microsoft.AspNetCore.Http;
using Mlops.Http;
using Mlops.Registry;

namespace Mlops.Api.Registry;

/// <summary>A model to create.</summary>
public sealed record NewModel(string Name, string? Description = null, IReadOnlyDictionary<string, string?>? Tags = null);

/// <summary>What to change about a model or version.</summary>
/// <param name="Description">Empty removes it; absent leaves it.</param>
/// <param name="Tags">Tags to set, or to remove where the value is null; absent leaves all.</param>
public sealed record AnnotationChange(string? Description = null, IReadOnlyDictionary<string, string?>? Tags = null)
{
    internal Edit ToEdit() => new(Description, Tags);
}

/// <summary>Where an alias shall point.</summary>
public sealed record AliasChange(int Version);

/// <summary>Where a version shall go.</summary>
/// <param name="ArchiveExisting">Whether the other versions in that stage are archived; staging and production only.</param>
public sealed record StageChange(Stage Stage, bool ArchiveExisting = false);

/// <summary>What is said of a model made elsewhere; what is left out is read from its graph.</summary>
/// <param name="Features">In the order of the columns of the graph's input. A model without features takes tensors.</param>
/// <param name="Numbered">Whether the features are to be called f0, f1… instead of being named.</param>
/// <param name="Framework">What it was made with, for people.</param>
public sealed record ModelSpec(
    IReadOnlyList<FeatureClaim>? Features = null,
    bool Numbered = false,
    string? Target = null,
    TaskType? Task = null,
    IReadOnlyList<string>? Classes = null,
    double? DecisionThreshold = null,
    TensorSignature? Tensors = null,
    string? Description = null,
    IReadOnlyDictionary<string, string?>? Tags = null,
    string? Framework = null)
{
    internal ModelPackage With(byte[] onnx) => new(
        onnx,
        new ModelClaims(Features, Numbered, Target, Task, Classes, DecisionThreshold, Tensors),
        RegistryRoute.Tags(Tags),
        Description,
        Framework);
}

/// <summary>A registered model as callers see it.</summary>
/// <param name="Aliases">The version that each alias names.</param>
/// <param name="LatestVersion">0 while there is none.</param>
public sealed record ModelView(
    ModelName Name,
    string? Description,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyDictionary<AliasName, int> Aliases,
    int LatestVersion,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset UpdatedAt)
{
    internal static ModelView Of(RegisteredModel model) => new(
        model.Name,
        model.Description,
        model.Tags,
        model.Aliases,
        model.LatestVersion,
        model.CreatedAt,
        model.CreatedBy,
        model.UpdatedAt);
}

/// <summary>Reads what names something in the registry's routes.</summary>
internal static class RegistryRoute
{
    public static ModelName Model(string text, string field = "name") => Incoming.Value<ModelName>(
        text, field, "1 to 128 letters, digits, dots, hyphens or underscores, first a letter or digit, last not a dot");

    public static AliasName Alias(string text, string field = "alias") => Incoming.Value<AliasName>(
        text, field, "1 to 255 letters, digits, hyphens or underscores, neither 'latest' nor a 'v' and a number");

    /// <summary>An instant that is UTC unless it has an offset.</summary>
    public static DateTimeOffset Instant(string? text, string field) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError(field, "expected an ISO 8601 instant, as 2026-03-01T00:00:00Z"));

    public static string NoModel(string name) => $"There is no model '{name}'.";

    public static string NoVersion(string name, int number) => $"Model '{name}' has no version {number}.";

    /// <exception cref="ProblemException">400: a tag has no value.</exception>
    public static IReadOnlyDictionary<string, string> Tags(IReadOnlyDictionary<string, string?>? tags) =>
        (tags ?? new Dictionary<string, string?>()).ToDictionary(
            tag => tag.Key,
            tag => tag.Value ?? throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError($"tags.{tag.Key}", "must not be null")));
}
