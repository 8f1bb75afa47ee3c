namespace Mlops.Serving;

/// <summary>The steps that arms may name.</summary>
public sealed class PredictionSteps(IEnumerable<IPredictionStep> steps)
{
    private readonly Dictionary<string, IPredictionStep> _steps = steps.ToDictionary(step => step.Name, StringComparer.Ordinal);

    public IPredictionStep? Find(string name) => _steps.GetValueOrDefault(name);

    /// <summary>The steps of an arm, in the order in which it names them.</summary>
    public IReadOnlyList<IPredictionStep> Of(Arm arm) => [.. (arm.Steps ?? []).Select(Find).OfType<IPredictionStep>()];
}
