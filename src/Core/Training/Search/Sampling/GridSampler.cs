namespace Mlops.Training;

/// <summary>Tries every combination, one a trial, the last parameter changing fastest; conditional ones only where they exist.</summary>
/// <remarks>The trial's number is the combination's place; after the last it begins again, which <see cref="StudyStopping"/> prevents.</remarks>
public sealed class GridSampler : ISampler
{
    /// <exception cref="ArgumentException">A number of the space has no step.</exception>
    public IReadOnlyDictionary<string, HyperparameterValue> Suggest(StudyView study, int number)
    {
        var count = 0;
        foreach (var combination in Combinations(study.Space))
        {
            if (count++ == number)
            {
                return combination;
            }
        }

        return Combinations(study.Space).ElementAt(number % count);
    }

    /// <summary>How many combinations a space has, counted no further than <paramref name="atMost"/>.</summary>
    /// <exception cref="ArgumentException">A number of the space has no step.</exception>
    public static int Count(SearchSpace space, int atMost) => Combinations(space).Take(atMost).Count();

    private static IEnumerable<Dictionary<string, HyperparameterValue>> Combinations(SearchSpace space) =>
        Extend(space, 0, new Dictionary<string, HyperparameterValue>(StringComparer.Ordinal));

    private static IEnumerable<Dictionary<string, HyperparameterValue>> Extend(
        SearchSpace space, int next, Dictionary<string, HyperparameterValue> before)
    {
        if (next == space.Parameters.Count)
        {
            return [before];
        }

        var parameter = space.Parameters[next];
        return parameter.ExistsUnder(before)
            ? Values(parameter).SelectMany(value => Extend(
                space, next + 1, new Dictionary<string, HyperparameterValue>(before, StringComparer.Ordinal) { [parameter.Name] = value }))
            : Extend(space, next + 1, before);
    }

    private static IEnumerable<HyperparameterValue> Values(SearchParameter parameter) => parameter.Distribution switch
    {
        Distribution.Categorical choice => choice.Choices,
        Distribution.Int whole => Steps(whole.Count, i => whole.Low + (i * whole.Step)),
        Distribution.Float { IsSingle: true } number => [number.Low],
        Distribution.Float { Step: { } step } number => Steps(number.Count, i => Math.Min(number.Low + (i * step), number.High)),
        _ => throw new ArgumentException($"'{parameter.Name}' has no step, so that its values cannot be tried one by one."),
    };

    private static IEnumerable<HyperparameterValue> Steps(long count, Func<long, double> value)
    {
        for (var i = 0L; i < count; i++)
        {
            yield return value(i);
        }
    }
}
