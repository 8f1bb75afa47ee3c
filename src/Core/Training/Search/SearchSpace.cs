namespace Mlops.Training;

/// <summary>One dimension of a search space.</summary>
/// <param name="When">The parameter exists only where this holds; it names a parameter that comes before.</param>
public sealed record SearchParameter(string Name, Distribution Distribution, ParameterCondition? When = null)
{
    /// <param name="before">The values of the parameters that come before, those that do not exist left out.</param>
    public bool ExistsUnder(IReadOnlyDictionary<string, HyperparameterValue> before) =>
        When is null || (before.TryGetValue(When.Parameter, out var value) && When.In.Contains(value));
}

/// <summary>What is searched: parameters in an order in which conditions only look back.</summary>
public sealed record SearchSpace(IReadOnlyList<SearchParameter> Parameters)
{
    /// <summary>The space of a spec that has been checked, or what the learner suggests where the spec has none.</summary>
    /// <param name="search">A spec without errors.</param>
    /// <param name="learner">Whose hyperparameters are searched; null if the search chooses the learner.</param>
    /// <exception cref="ArgumentException">There is neither a space nor a learner to suggest one, or conditions form a circle.</exception>
    public static SearchSpace Of(SearchSpec search, ILearner? learner) =>
        search.Space is { } space ? new SearchSpace(InOrder(space))
        : learner is not null ? new SearchSpace([.. learner.Hyperparameters.Where(known => known.Search is not null).Select(Suggested)])
        : throw new ArgumentException("A search without a space needs a learner that suggests one.", nameof(search));

    /// <summary>Whether these are values of all parameters that exist under them, and of no others.</summary>
    public bool Allows(IReadOnlyDictionary<string, HyperparameterValue> values)
    {
        var existing = 0;
        foreach (var parameter in Parameters)
        {
            if (parameter.ExistsUnder(values))
            {
                if (!values.TryGetValue(parameter.Name, out var value) || !parameter.Distribution.Contains(value))
                {
                    return false;
                }

                existing++;
            }
        }

        return existing == values.Count;
    }

    /// <summary>As they stand in the spec, but each after the one that its condition names.</summary>
    private static List<SearchParameter> InOrder(IReadOnlyDictionary<string, ParameterSpec> space)
    {
        var ordered = new List<SearchParameter>(space.Count);
        var placed = new HashSet<string>(StringComparer.Ordinal);
        while (ordered.Count < space.Count)
        {
            var before = ordered.Count;
            foreach (var (name, parameter) in space)
            {
                if (!placed.Contains(name) && (parameter.When is null || placed.Contains(parameter.When.Parameter)))
                {
                    placed.Add(name);
                    ordered.Add(new SearchParameter(name, Distribution.Of(parameter), parameter.When));
                }
            }

            if (ordered.Count == before)
            {
                throw new ArgumentException("The conditions of the search space form a circle.", nameof(space));
            }
        }

        return ordered;
    }

    private static SearchParameter Suggested(Hyperparameter known)
    {
        var range = known.Search ?? throw new ArgumentException($"'{known.Name}' suggests no range.", nameof(known));
        return new SearchParameter(known.Name, known.IsInteger
            ? new Distribution.Int((long)range.Low, (long)range.High, range.IsLogarithmic)
            : new Distribution.Float(range.Low, range.High, range.IsLogarithmic));
    }
}
