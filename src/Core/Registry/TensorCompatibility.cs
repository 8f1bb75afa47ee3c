namespace Mlops.Registry;

/// <summary>Compares the tensors of two versions, from the view of a caller who knows the old ones.</summary>
/// <remarks>Callers bring every input, so a new one breaks them as a lost one does; outputs they pick, so a new one does not.</remarks>
internal static class TensorCompatibility
{
    /// <param name="old">Null if the old version is about the columns of a table; the tasks then differ, which says it all.</param>
    public static IEnumerable<SignatureChange> Changes(TensorSignature? old, TensorSignature? candidate) =>
        old is null || candidate is null
            ? []
            : Changes(old.Inputs, candidate.Inputs, "input", isInput: true)
                .Concat(Changes(old.Outputs, candidate.Outputs, "output", isInput: false));

    private static IEnumerable<SignatureChange> Changes(
        IReadOnlyList<TensorSpec> old, IReadOnlyList<TensorSpec> candidate, string what, bool isInput)
    {
        var after = candidate.ToDictionary(spec => spec.Name, StringComparer.Ordinal);
        foreach (var spec in old)
        {
            var name = SignatureCompatibility.Quote(spec.Name);
            if (!after.Remove(spec.Name, out var now))
            {
                yield return new SignatureChange($"{what} {name} is gone", true);
                continue;
            }

            if (now.Type != spec.Type)
            {
                yield return new SignatureChange($"{what} {name} was of {Lower(spec.Type)} and is of {Lower(now.Type)}", true);
            }

            if (!now.Shape.SequenceEqual(spec.Shape))
            {
                var takesAll = isInput ? Covers(now.Shape, spec.Shape) : Covers(spec.Shape, now.Shape);
                yield return new SignatureChange($"{what} {name} was of shape {Told(spec.Shape)} and is of {Told(now.Shape)}", !takesAll);
            }
        }

        foreach (var added in candidate.Where(spec => after.ContainsKey(spec.Name)))
        {
            yield return new SignatureChange($"{what} {SignatureCompatibility.Quote(added.Name)} is new", isInput);
        }
    }

    /// <summary>Whether every shape that fits the one fits the other.</summary>
    private static bool Covers(IReadOnlyList<long> wide, IReadOnlyList<long> narrow) =>
        wide.Count == narrow.Count && wide.Zip(narrow).All(pair => pair.First < 0 || pair.First == pair.Second);

    private static string Told(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    private static string Lower(TensorType type) => type.ToString().ToLowerInvariant();
}
