using Mlops.Storage;

namespace Mlops.Training;

/// <summary>What Optuna 3.1's TPE suggests after a history; golden/make_suggestions.py says how.</summary>
/// <param name="Observed">A column of values per parameter, choices by index; the trials beyond the values are still running.</param>
/// <param name="Suggested">One per parameter.</param>
internal sealed record SuggestionGolden(
    IReadOnlyDictionary<string, ParameterSpec> Space,
    double[][] Observed,
    double[] Values,
    bool Multivariate,
    IReadOnlyList<SuggestionGolden.Shares> Suggested)
{
    public static IReadOnlyList<SuggestionGolden> Read { get; } = Documents.Read<IReadOnlyList<SuggestionGolden>>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Training/Search/golden/suggestions.json")));

    public StudyView Study(long seed) => new(SearchedSpace, [false], seed, [.. Enumerable.Range(0, Observed[0].Length).Select(TrialOf)]);

    /// <summary>A value as Optuna keeps it: a choice by its index.</summary>
    public double Kept(string name, HyperparameterValue value) =>
        Space[name].Choices is { } choices ? choices.ToList().IndexOf(value) : value.Number;

    private SearchSpace SearchedSpace =>
        new([.. Space.Select(parameter => new SearchParameter(parameter.Key, Distribution.Of(parameter.Value)))]);

    private Trial TrialOf(int number)
    {
        var values = Space.Select((parameter, p) => (parameter.Key, Value: Observed[p][number], parameter.Value.Choices))
            .ToDictionary(at => at.Key, at => at.Choices is { } choices ? choices[(int)at.Value] : at.Value);
        return number < Values.Length
            ? new Trial(number, TrialState.Complete, values, [Values[number]])
            : new Trial(number, TrialState.Running, values);
    }

    /// <param name="At">Values, rising.</param>
    /// <param name="Share">Of the suggestions that are no greater.</param>
    internal sealed record Shares(double[] At, double[] Share);
}
