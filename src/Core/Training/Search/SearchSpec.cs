namespace Mlops.Training;

/// <summary>What a search may change and what it is to find.</summary>
/// <param name="Space">What is searched, by parameter name; a learner's hyperparameters go by their names. Absent: what the learner
/// suggests.</param>
/// <param name="Objectives">What is sought; several give a Pareto front. Absent: the headline metric of the task.</param>
/// <param name="Trials">How many trials are made at most.</param>
/// <param name="Parallel">How many trials run at once. A suggestion knows the trials that are this many behind it, whenever they
/// ended, so that a parallel search can be repeated.</param>
/// <param name="MaxMinutes">No trial is begun after this long.</param>
/// <param name="Patience">Ends the search after so many trials without a better one.</param>
/// <param name="WarmStart">Earlier studies whose completed trials count as observations; the space must have their parameters.</param>
/// <param name="Seed">All chance in the search comes from it; the spec's seed if absent.</param>
public sealed record SearchSpec(
    IReadOnlyDictionary<string, ParameterSpec>? Space = null,
    IReadOnlyList<ObjectiveSpec>? Objectives = null,
    SamplerSpec? Sampler = null,
    PrunerSpec? Pruner = null,
    int Trials = 50,
    int Parallel = 1,
    double? MaxMinutes = null,
    int? Patience = null,
    IReadOnlyList<string>? WarmStart = null,
    int? Seed = null);

/// <summary>What kind of values a parameter takes.</summary>
public enum ParameterType { Float, Int, Categorical }

/// <summary>One dimension of a search space.</summary>
/// <param name="Low">The least value, of numbers.</param>
/// <param name="High">The greatest value, inclusive, of numbers.</param>
/// <param name="Log">Whether numbers are drawn by their logarithm; then Low is positive and there is no step.</param>
/// <param name="Step">Only Low plus multiples of it are drawn.</param>
/// <param name="Choices">The values of a categorical parameter.</param>
/// <param name="When">The parameter exists only where this holds.</param>
public sealed record ParameterSpec(
    ParameterType Type,
    double? Low = null,
    double? High = null,
    bool Log = false,
    double? Step = null,
    IReadOnlyList<HyperparameterValue>? Choices = null,
    ParameterCondition? When = null);

/// <summary>Holds where another, categorical parameter has one of these values.</summary>
public sealed record ParameterCondition(string Parameter, IReadOnlyList<HyperparameterValue> In);

/// <param name="Metric">A metric of the task; <c>latency</c> (microseconds of one prediction) or <c>size</c> (bytes of the graph).</param>
public sealed record ObjectiveSpec(string Metric);

public enum SamplerKind { Random, Grid, Sobol, Tpe }

/// <param name="Kind">How trials are suggested.</param>
/// <param name="Multivariate">Of TPE: whether parameters are modelled together.</param>
/// <param name="StartupTrials">Of TPE: how many trials are random before the model is used.</param>
/// <param name="Candidates">Of TPE: how many candidates are drawn, the best of which is tried.</param>
public sealed record SamplerSpec(
    SamplerKind Kind = SamplerKind.Tpe, bool Multivariate = false, int StartupTrials = 10, int Candidates = 24);

public enum PrunerKind { None, Median, Percentile, SuccessiveHalving, Hyperband, Patient, Threshold }

/// <summary>Which trials are given up before they have ended. What does not belong to the kind must be absent.</summary>
public sealed record PrunerSpec(
    PrunerKind Kind,
    double? Percentile = null,
    int? StartupTrials = null,
    int? WarmupSteps = null,
    int? IntervalSteps = null,
    int? MinTrials = null,
    int? MinResource = null,
    int? MaxResource = null,
    int? ReductionFactor = null,
    int? MinEarlyStoppingRate = null,
    int? Patience = null,
    double? MinDelta = null,
    double? Lower = null,
    double? Upper = null,
    PrunerSpec? Wrapped = null);
