namespace Mlops.Training;

/// <summary>What a spec without a learner may say of the search space.</summary>
internal static class AutoMlSpace
{
    /// <exception cref="TrainingRefusedException">A parameter is none of a learner's, or may take values that the learner does not.</exception>
    public static void Require(SearchSpec? search, IReadOnlyCollection<ILearner> learners)
    {
        var errors = new List<SpecError>();
        if (search?.Sampler?.Kind is SamplerKind.Grid)
        {
            errors.Add(new SpecError("search.sampler.kind", "a grid needs a learner, for ranges of learners have no steps"));
        }

        foreach (var (name, parameter) in search?.Space ?? new Dictionary<string, ParameterSpec>())
        {
            if (Fault(name, parameter, learners) is { } problem)
            {
                errors.Add(new SpecError($"search.space.{name}", problem));
            }
        }

        if (errors.Count > 0)
        {
            throw new TrainingRefusedException(string.Join("; ", errors.Select(error => $"{error.Path}: {error.Problem}")));
        }
    }

    private static string? Fault(string name, ParameterSpec parameter, IReadOnlyCollection<ILearner> learners)
    {
        if (name is StudyPlan.LearnerParameter)
        {
            return parameter.Choices?.All(choice => learners.Any(learner => learner.Name == choice.Text)) is true
                ? null
                : $"expected categorical, {TrainingSpecCheck.OneOf(learners.Select(learner => learner.Name).Order(StringComparer.Ordinal))}";
        }

        var known = learners
            .SelectMany(learner => learner.Hyperparameters.Select(known => (Name: $"{learner.Name}.{known.Name}", Hyperparameter: known)))
            .FirstOrDefault(candidate => candidate.Name == name).Hyperparameter;
        if (known is null)
        {
            return $"expected {StudyPlan.LearnerParameter}, or a learner's hyperparameter as gradient-boosting.learningRate";
        }

        IEnumerable<HyperparameterValue> limits = parameter.Choices ?? [parameter.Low ?? 0, parameter.High ?? 0];
        return limits.All(known.Allows) ? null : known.Expected;
    }
}
