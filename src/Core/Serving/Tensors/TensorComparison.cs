using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Holds the tensors that two models give against each other.</summary>
internal static class TensorComparison
{
    /// <param name="tolerance">The most that two numbers of the same place may differ by. What is no finite number must be the same.</param>
    /// <returns>Whether they agree, and the greatest difference of two finite numbers; null if names, types or shapes are others.</returns>
    public static (bool Agrees, double Greatest)? Compare(
        IReadOnlyList<NamedTensor> left, IReadOnlyList<NamedTensor> right, double tolerance)
    {
        if (left.Count != right.Count || !left.Zip(right).All(pair => HaveSameForm(pair.First, pair.Second)))
        {
            return null;
        }

        var (agrees, greatest) = (true, 0.0);
        for (var i = 0; i < left.Count; i++)
        {
            var (agree, difference) = Compare(left[i], right[i]);
            (agrees, greatest) = (agrees && agree, Math.Max(greatest, difference));
        }

        return (agrees && greatest <= tolerance, greatest);
    }

    private static bool HaveSameForm(NamedTensor left, NamedTensor right) =>
        left.Name == right.Name && left.Type == right.Type && left.Shape.SequenceEqual(right.Shape);

    private static (bool Agrees, double Greatest) Compare(NamedTensor left, NamedTensor right)
    {
        if (left.Strings is { } texts)
        {
            return (texts.SequenceEqual(right.Strings ?? []), 0);
        }

        var before = left.Data.Span;
        var after = right.Data.Span;
        if (before.SequenceEqual(after))
        {
            return (true, 0);
        }

        var (agrees, greatest) = (true, 0.0);
        for (var i = 0; i < before.Length / left.Type.Width(); i++)
        {
            var (first, second) = (
                BinaryElements.Number(before, left.Type, i) ?? double.NaN, BinaryElements.Number(after, right.Type, i) ?? double.NaN);
            if (double.IsFinite(first) && double.IsFinite(second))
            {
                greatest = Math.Max(greatest, Math.Abs(first - second));
            }
            else
            {
                agrees &= first.Equals(second);
            }
        }

        return (agrees, greatest);
    }
}
