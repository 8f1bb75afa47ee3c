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
/// <param name="Learner">What learns; if absent, learner, preprocessing and settings are chosen within the budget.</param>
/// <param name="Preprocessing">How single columns are prepared, where not as their type suggests.</param>
/// <param name="Search">If given, the learner's hyperparameters are searched for.</param>
/// <param name="Validation">How trials of a search are measured on the training rows; the held-out rows are never searched on.</param>
/// <param name="Expectations">The suite that the data must meet, of the data set's suites; absent: the one named <c>default</c> if
/// there is one.</param>
/// <param name="Budget">What choosing a learner may cost.</param>
/// <param name="Sensitive">Features whose values must not reach the prediction log.</param>
public sealed record TrainingSpec(
    string Model,
    string Dataset,
    string Target,
    LearnerSpec? Learner = null,
    int? DatasetVersion = null,
    TaskType? Task = null,
    IReadOnlyList<string>? Features = null,
    string? PositiveClass = null,
    SplitSpec? Split = null,
    string? Experiment = null,
    IReadOnlyList<GateSpec>? Gates = null,
    string? Alias = null,
    int Seed = 0,
    IReadOnlyDictionary<string, ColumnPreprocessing>? Preprocessing = null,
    WeightSpec? Weights = null,
    CalibrationSpec? Calibration = null,
    SearchSpec? Search = null,
    CrossValidationSpec? Validation = null,
    EvaluationSpec? Evaluation = null,
    string? Expectations = null,
    BudgetSpec? Budget = null,
    IReadOnlyList<string>? Sensitive = null);

/// <param name="Name">One of the learners that <c>GET /api/v1/learners</c> lists.</param>
/// <param name="Hyperparameters">Those that differ from the learner's defaults.</param>
/// <param name="Monotone">By feature: 1 if the prediction may only rise with it, −1 if it may only fall.</param>
public sealed record LearnerSpec(
    string Name,
    IReadOnlyDictionary<string, HyperparameterValue>? Hyperparameters = null,
    IReadOnlyDictionary<string, int>? Monotone = null);

/// <summary>How rows are held out for evaluation.</summary>
/// <param name="Test">The share held out, over 0 and at most 0.9.</param>
/// <param name="Stratify">Whether every class keeps its share in both parts; ignored for regression and where a kind is given.</param>
/// <param name="Kind">How they are drawn; absent: as <paramref name="Stratify"/> says.</param>
/// <param name="Column">Of <see cref="FoldKind.Grouped"/>: rows with one value stay together. Of <see cref="FoldKind.TimeOrdered"/>:
/// the last rows are held out.</param>
public sealed record SplitSpec(double Test = 0.25, int Seed = 0, bool Stratify = true, FoldKind? Kind = null, string? Column = null)
{
    internal IEnumerable<SpecError> Check(string path)
    {
        if (Test is not (> 0 and <= 0.9))
        {
            yield return new SpecError($"{path}.test", "expected a share over 0 and at most 0.9");
        }

        foreach (var error in CrossValidationSpec.CheckColumn(Kind, Column, path))
        {
            yield return error;
        }
    }
}

/// <summary>What an automatic choice of learner may cost; whichever is used up first ends it.</summary>
/// <param name="Trials">How many models are tried at most.</param>
/// <param name="Minutes">No model is begun after this long.</param>
public sealed record BudgetSpec(int? Trials = null, double? Minutes = null)
{
    internal IEnumerable<SpecError> Check(string path)
    {
        if (Trials is < 1 or > 10_000)
        {
            yield return new SpecError($"{path}.trials", "expected a whole number from 1 to 10000");
        }

        if (Minutes is not (null or (> 0 and <= 10_080)))
        {
            yield return new SpecError($"{path}.minutes", "expected a number over 0 and at most 10080");
        }
    }
}
