namespace Mlops.Training;

/// <summary>How much rows count in training. Evaluation counts every row alike.</summary>
/// <param name="Column">A column of weights, finite and not negative; it is no feature.</param>
/// <param name="Balanced">Whether every class counts alike however many rows it has.</param>
/// <param name="Classes">The factor on the rows of single classes.</param>
public sealed record WeightSpec(string? Column = null, bool Balanced = false, IReadOnlyDictionary<string, double>? Classes = null)
{
    internal IEnumerable<SpecError> Check(string path)
    {
        foreach (var (label, factor) in Classes ?? new Dictionary<string, double>())
        {
            if (factor is not (>= 0 and < double.PositiveInfinity))
            {
                yield return new SpecError($"{path}.classes.{label}", "expected a number from 0");
            }
        }
    }
}
