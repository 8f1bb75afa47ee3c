namespace Mlops.Training;

public enum TrialState { Running, Complete, Pruned, Failed }

/// <summary>What a trial reported on its way.</summary>
/// <param name="Step">A boosting round or a fold, from 1, rising.</param>
public sealed record IntermediateValue(int Step, double Value);

/// <summary>One set of parameters tried.</summary>
/// <param name="Number">From 0, without gaps.</param>
/// <param name="Values">One per objective once it is complete.</param>
/// <param name="Intermediate">Of the first objective, steps rising.</param>
public sealed record Trial(
    int Number,
    TrialState State,
    IReadOnlyDictionary<string, HyperparameterValue> Parameters,
    IReadOnlyList<double>? Values = null,
    IReadOnlyList<IntermediateValue>? Intermediate = null);

/// <summary>What a sampler or a pruner knows of a search: all it says follows from this alone.</summary>
/// <param name="Maximize">For each objective whether more is better.</param>
/// <param name="Seed">Of the study.</param>
/// <param name="Trials">The trials seen, by number, those still running among them without values.</param>
public sealed record StudyView(SearchSpace Space, IReadOnlyList<bool> Maximize, long Seed, IReadOnlyList<Trial> Trials);

/// <summary>Chooses what is tried next.</summary>
/// <remarks>Holds no state: equal views and numbers give equal suggestions.</remarks>
public interface ISampler
{
    /// <param name="number">Of the trial that is asked for.</param>
    /// <returns>A value for every parameter that exists under the values before it.</returns>
    IReadOnlyDictionary<string, HyperparameterValue> Suggest(StudyView study, int number);
}

/// <summary>Decides which trials are not worth ending.</summary>
/// <remarks>Holds no state: equal views give equal decisions.</remarks>
public interface IPruner
{
    /// <param name="study">Without the trial in question.</param>
    /// <param name="trial">With all it has reported; the last is the newest.</param>
    bool ShouldPrune(StudyView study, Trial trial);
}
