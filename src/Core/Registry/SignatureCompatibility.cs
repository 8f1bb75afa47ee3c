using Mlops.Data;

namespace Mlops.Registry;

/// <summary>One difference between two signatures.</summary>
/// <param name="What">The difference in a sentence.</param>
/// <param name="Breaking">Whether a caller of the old version would be refused, or misread the answer, by the new one.</param>
public sealed record SignatureChange(string What, bool Breaking);

/// <summary>Whether one version can stand in for another.</summary>
/// <param name="Version">The version that would be replaced.</param>
/// <param name="Breaking">Whether any change is.</param>
/// <param name="Changes">Breaking ones first, at most <see cref="SignatureCompatibility.MaxChanges"/>.</param>
/// <param name="TotalChanges">How many there are, told or not.</param>
public sealed record SignatureComparison(int Version, bool Breaking, IReadOnlyList<SignatureChange> Changes, int TotalChanges);

/// <summary>Compares what two versions of a model take and give, from the view of a caller who knows the old one.</summary>
/// <remarks>
/// Predictions are asked for with every feature by name and nothing else (a missing one and an unknown one are both refused), so that
/// adding a feature breaks callers as removing one does, even if it may be null.
/// </remarks>
public static class SignatureCompatibility
{
    public const int MaxChanges = 20;

    private const int LongestName = 80;

    /// <param name="version">The number of the version that <paramref name="old"/> belongs to.</param>
    public static SignatureComparison Compare(int version, ModelSignature old, ModelSignature candidate)
    {
        var changes = Answers(old, candidate)
            .Concat(Features(old, candidate))
            .Concat(TensorCompatibility.Changes(old.Tensors, candidate.Tensors))
            .OrderByDescending(change => change.Breaking)
            .ToList();
        return new SignatureComparison(
            version, changes.Exists(change => change.Breaking), [.. changes.Take(MaxChanges)], changes.Count);
    }

    private static IEnumerable<SignatureChange> Answers(ModelSignature old, ModelSignature candidate)
    {
        if (old.Task != candidate.Task)
        {
            yield return new SignatureChange($"the task was {Lower(old.Task)} and is {Lower(candidate.Task)}", true);
        }

        // A model that takes tensors has no target to be another one.
        if (old.Target != candidate.Target && old.Tensors is null && candidate.Tensors is null)
        {
            yield return new SignatureChange($"the target was {Quote(old.Target)} and is {Quote(candidate.Target)}", true);
        }

        foreach (var lost in old.Classes.Except(candidate.Classes))
        {
            yield return new SignatureChange($"class {Quote(lost)} is no longer predicted", true);
        }

        foreach (var added in candidate.Classes.Except(old.Classes))
        {
            yield return new SignatureChange($"class {Quote(added)} is new", true);
        }

        if (!old.Classes.SequenceEqual(candidate.Classes) && old.Classes.ToHashSet().SetEquals(candidate.Classes))
        {
            yield return new SignatureChange("the classes are in another order", true);
        }

        if (old.DecisionThreshold != candidate.DecisionThreshold)
        {
            yield return new SignatureChange("another probability decides between the two classes", false);
        }
    }

    private static IEnumerable<SignatureChange> Features(ModelSignature old, ModelSignature candidate)
    {
        var before = old.Features.ToDictionary(feature => feature.Name, StringComparer.Ordinal);
        var after = candidate.Features.ToDictionary(feature => feature.Name, StringComparer.Ordinal);
        foreach (var feature in old.Features)
        {
            if (!after.TryGetValue(feature.Name, out var now))
            {
                yield return new SignatureChange($"feature {Quote(feature.Name)} is gone, and unknown features are refused", true);
                continue;
            }

            if (feature.Type != now.Type)
            {
                yield return new SignatureChange(
                    $"feature {Quote(feature.Name)} was {Lower(feature.Type)} and is {Lower(now.Type)}", !Takes(now.Type, feature.Type));
            }

            if (feature.Sensitive != now.Sensitive)
            {
                yield return new SignatureChange(
                    $"feature {Quote(feature.Name)} is {(now.Sensitive ? "now" : "no longer")} kept out of the prediction log", false);
            }

            if (feature.Nullable != now.Nullable)
            {
                yield return new SignatureChange(
                    $"feature {Quote(feature.Name)} may {(now.Nullable ? "now" : "no longer")} be null", !now.Nullable);
            }
        }

        foreach (var feature in candidate.Features.Where(feature => !before.ContainsKey(feature.Name)))
        {
            yield return new SignatureChange($"feature {Quote(feature.Name)} is new, and every feature must be sent", true);
        }

        var kept = old.Features.Select(feature => feature.Name).Where(after.ContainsKey);
        if (!kept.SequenceEqual(candidate.Features.Select(feature => feature.Name).Where(before.ContainsKey)))
        {
            yield return new SignatureChange("the features are in another order, which callers by name do not notice", false);
        }
    }

    /// <summary>Whether every value that is legal for one type is legal for another.</summary>
    private static bool Takes(ColumnType now, ColumnType before) => (before, now) switch
    {
        (ColumnType.Integer, ColumnType.Number) => true,
        (ColumnType.Category, ColumnType.Text) or (ColumnType.Text, ColumnType.Category) => true,
        _ => false,
    };

    internal static string Quote(string name) => $"'{(name.Length > LongestName ? $"{name[..LongestName]}…" : name)}'";

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
