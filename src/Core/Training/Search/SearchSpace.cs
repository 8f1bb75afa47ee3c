namespace Mlops.Training;

/// <summary>The values that a parameter may take.</summary>
public abstract record Distribution
{
    private Distribution() { }

    /// <param name="Step">Only Low plus multiples of it; null for every number.</param>
    public sealed record Float(double Low, double High, bool Log = false, double? Step = null) : Distribution;

    public sealed record Int(long Low, long High, bool Log = false, long Step = 1) : Distribution;

    public sealed record Categorical(IReadOnlyList<HyperparameterValue> Choices) : Distribution;
}

/// <summary>One dimension of a search space.</summary>
/// <param name="When">The parameter exists only where this holds; it names a parameter that comes before.</param>
public sealed record SearchParameter(string Name, Distribution Distribution, ParameterCondition? When = null);

/// <summary>What is searched: parameters in an order in which conditions only look back.</summary>
public sealed record SearchSpace(IReadOnlyList<SearchParameter> Parameters);
