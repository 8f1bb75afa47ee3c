namespace Mlops.Training;

/// <summary>Tries the points of a Sobol sequence, one a trial, scrambled by the study's seed.</summary>
/// <remarks>Each parameter has a dimension, whether it exists in a trial or not.</remarks>
public sealed class SobolSampler : ISampler
{
    /// <exception cref="ArgumentException">The space has more parameters than the sequence has dimensions.</exception>
    public IReadOnlyDictionary<string, HyperparameterValue> Suggest(StudyView study, int number)
    {
        var parameters = study.Space.Parameters;
        if (parameters.Count > SobolSequence.MaxDimensions)
        {
            throw new ArgumentException($"A Sobol search has at most {SobolSequence.MaxDimensions} parameters.", nameof(study));
        }

        var values = new Dictionary<string, HyperparameterValue>(parameters.Count, StringComparer.Ordinal);
        for (var dimension = 0; dimension < parameters.Count; dimension++)
        {
            if (parameters[dimension].ExistsUnder(values))
            {
                values[parameters[dimension].Name] = UnitInterval.ToValue(
                    parameters[dimension].Distribution, SobolSequence.ScrambledAt(number, dimension, study.Seed));
            }
        }

        return values;
    }
}
