namespace Mlops.Training;

/// <summary>Draws every parameter on its own, evenly over what it may be (by its logarithm where the space says so).</summary>
public sealed class RandomSampler : ISampler
{
    public IReadOnlyDictionary<string, HyperparameterValue> Suggest(StudyView study, int number) =>
        Draw(study.Space, TrialChance.Of(study.Seed, number));

    internal static Dictionary<string, HyperparameterValue> Draw(SearchSpace space, DeterministicRandom random)
    {
        var values = new Dictionary<string, HyperparameterValue>(space.Parameters.Count, StringComparer.Ordinal);
        foreach (var parameter in space.Parameters)
        {
            if (parameter.ExistsUnder(values))
            {
                values[parameter.Name] = UnitInterval.ToValue(parameter.Distribution, random.NextDouble());
            }
        }

        return values;
    }
}
