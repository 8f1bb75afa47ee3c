using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What to train, on what, and what it must achieve: the whole of a training request.</summary>
/// <param name="Model">The registered model that the result becomes a version of; made if there is none yet.</param>
/// <param name="Dataset">The data set to learn from.</param>
/// <param name="Target">The column to predict. Rows without it are left out.</param>
/// <param name="DatasetVersion">Which version of the data set; the newest if absent.</param>
/// <param name="Task">What kind of prediction; if absent it follows from the target: numbers regress, everything else classifies, and
/// integers classify if there are at most 20 different ones.</param>
/// <param name="Features">The columns to learn from, in this order; every column but the target if absent.</param>
/// <param name="PositiveClass">Of two classes the one whose probability and recall are reported; the later in order if absent.</param>
/// <param name="Experiment">The experiment that the run is logged in; the model's name if absent.</param>
/// <param name="Gates">What the exported model must achieve before it may carry the alias.</param>
/// <param name="Alias">The alias it gets when all gates pass; <c>champion</c> if absent.</param>
/// <param name="Seed">All chance in training comes from it.</param>
public sealed record TrainingSpec(
    string Model,
    string Dataset,
    string Target,
    LearnerSpec Learner,
    int? DatasetVersion = null,
    TaskType? Task = null,
    IReadOnlyList<string>? Features = null,
    string? PositiveClass = null,
    SplitSpec? Split = null,
    string? Experiment = null,
    IReadOnlyList<GateSpec>? Gates = null,
    string? Alias = null,
    int Seed = 0);

/// <param name="Name">One of the learners that <c>GET /api/v1/learners</c> lists.</param>
/// <param name="Hyperparameters">Those that differ from the learner's defaults.</param>
public sealed record LearnerSpec(string Name, IReadOnlyDictionary<string, double>? Hyperparameters = null);

/// <summary>How rows are held out for evaluation.</summary>
/// <param name="Test">The share held out, over 0 and at most 0.9.</param>
/// <param name="Stratify">Whether every class keeps its share in both parts; ignored for regression.</param>
public sealed record SplitSpec(double Test = 0.25, int Seed = 0, bool Stratify = true);

/// <summary>A condition on one metric of the exported model, measured on the held-out rows.</summary>
/// <param name="Metric">A metric that the task has.</param>
/// <param name="AtLeast">The least value that passes.</param>
/// <param name="AtMost">The greatest value that passes.</param>
/// <param name="ChampionMargin">How much worse than the version that carries the alias now it may be, both scored on the same rows.</param>
public sealed record GateSpec(string Metric, double? AtLeast = null, double? AtMost = null, double? ChampionMargin = null);
