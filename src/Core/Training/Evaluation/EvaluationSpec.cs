namespace Mlops.Training;

/// <summary>What an evaluation looks at beyond the metrics of the task.</summary>
/// <param name="Slices">Columns whose values cut the held-out rows into slices; absent: the worst ones are sought in all columns.</param>
/// <param name="Bootstrap">How many resamples give the confidence intervals, 0 to 10,000.</param>
/// <param name="Confidence">Of the intervals, over 0 and under 1.</param>
/// <param name="CrossValidation">If given, the learner is also measured on folds of the training rows.</param>
public sealed record EvaluationSpec(
    IReadOnlyList<string>? Slices = null,
    int Bootstrap = 1_000,
    double Confidence = 0.95,
    CrossValidationSpec? CrossValidation = null)
{
    internal IEnumerable<SpecError> Check(string path)
    {
        if (Bootstrap is < 0 or > 10_000)
        {
            yield return new SpecError($"{path}.bootstrap", "expected a whole number from 0 to 10000");
        }

        if (Confidence is not (> 0 and < 1))
        {
            yield return new SpecError($"{path}.confidence", "expected a number over 0 and under 1");
        }

        for (var i = 0; i < (Slices?.Count ?? 0); i++)
        {
            if (string.IsNullOrEmpty(Slices![i]))
            {
                yield return new SpecError($"{path}.slices[{i}]", "expected the name of a column");
            }
        }

        foreach (var error in CrossValidation?.Check($"{path}.crossValidation") ?? [])
        {
            yield return error;
        }
    }
}
