using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Finds everything that is wrong with a spec before any data is read.</summary>
public static class TrainingSpecCheck
{
    private const int MaxFeatures = 10_000;
    private const int MaxClassName = 256;

    private static readonly int MaxColumnName = CsvLimits.Default.MaxNameLength;

    /// <param name="spec">The spec as it was sent.</param>
    /// <param name="learners">What can be trained with.</param>
    /// <returns>Every error at once; empty for a spec that may be tried.</returns>
    public static IReadOnlyList<SpecError> Check(TrainingSpec spec, IReadOnlyCollection<ILearner> learners)
    {
        var errors = new List<SpecError>();
        Require(
            ModelName.TryParse(spec.Model, null, out _), "model",
            "expected a model name: 1 to 128 letters, digits, dots, hyphens or underscores");
        Require(
            DatasetName.TryParse(spec.Dataset, null, out _), "dataset",
            "expected a data set name: up to 63 lower-case letters, digits, hyphens or underscores");
        Require(spec.DatasetVersion is null or >= 1, "datasetVersion", "expected a whole number from 1");
        Require(spec.Target.Length > 0 && spec.Target.Length <= MaxColumnName, "target", "expected the name of a column");
        Require(spec.PositiveClass is null or { Length: <= MaxClassName }, "positiveClass", $"expected at most {MaxClassName} characters");
        Require(spec.Alias is null || AliasName.TryParse(spec.Alias, null, out _), "alias", "expected an alias such as champion");
        Require(spec.Experiment is null or { Length: > 0 and <= 250 }, "experiment", "expected 1 to 250 characters");
        Require(spec.Task is not TaskType.Tensors, "task", "expected one of binary, multiclass, regression");
        errors.AddRange(spec.Split?.Check("split") ?? []);
        Require(
            spec.Expectations is null || SuiteName.TryParse(spec.Expectations, null, out _), "expectations",
            $"expected the name of a suite: {SuiteName.Rule}");
        CheckColumns(spec.Features, "features");
        CheckColumns(spec.Sensitive, "sensitive");
        Require(spec.Features is not { Count: 0 }, "features", "expected at least one column");
        CheckLearner();
        errors.AddRange(GateSpecCheck.Check(spec.Gates ?? [], "gates", spec.Task));
        errors.AddRange(PreprocessingCheck.Check(
            spec.Preprocessing ?? new Dictionary<string, ColumnPreprocessing>(), "preprocessing"));
        errors.AddRange(spec.Weights?.Check("weights", spec) ?? []);
        errors.AddRange(spec.Calibration?.Check("calibration") ?? []);
        errors.AddRange(spec.Validation?.Check("validation") ?? []);
        errors.AddRange(spec.Evaluation?.Check("evaluation") ?? []);
        errors.AddRange(spec.Budget?.Check("budget") ?? []);
        Require(
            spec.Budget is null || spec.Learner is null, "budget",
            "expected none, as the learner is named; a search has trials and maxMinutes of its own");
        if (spec.Search is { } search)
        {
            errors.AddRange(SearchSpecCheck.Check(search, "search", learners.FirstOrDefault(known => known.Name == spec.Learner?.Name)));
        }

        return errors;

        void Require(bool holds, string path, string problem)
        {
            if (!holds)
            {
                errors.Add(new SpecError(path, problem));
            }
        }

        void CheckColumns(IReadOnlyList<string>? names, string path)
        {
            if (names is null)
            {
                return;
            }

            Require(names.Count <= MaxFeatures, path, $"expected at most {MaxFeatures} columns");
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < names.Count; i++)
            {
                if (names[i] is not { Length: > 0 } name || name.Length > MaxColumnName)
                {
                    Require(false, $"{path}[{i}]", "expected the name of a column");
                    continue;
                }

                Require(name != spec.Target, $"{path}[{i}]", "the target cannot be a feature");
                Require(seen.Add(name), $"{path}[{i}]", $"'{name}' is named twice");
            }
        }

        void CheckLearner()
        {
            if (spec.Learner is null)
            {
                return;
            }

            if (learners.FirstOrDefault(candidate => candidate.Name == spec.Learner.Name) is not { } learner)
            {
                Require(false, "learner.name", OneOf(learners.Select(known => known.Name).Order(StringComparer.Ordinal)));
                return;
            }

            Require(learner.Unavailable is null, "learner.name", learner.Unavailable ?? "");
            Require(
                spec.Task is null or TaskType.Tensors || learner.Tasks.Contains(spec.Task.Value), "task",
                $"{learner.Name} can do {string.Join(", ", learner.Tasks.Select(CamelCase))}");
            foreach (var (name, value) in spec.Learner.Hyperparameters ?? new Dictionary<string, HyperparameterValue>())
            {
                var path = $"learner.hyperparameters.{name}";
                if (learner.Hyperparameters.FirstOrDefault(known => known.Name == name) is { } known)
                {
                    Require(known.Allows(value), path, known.Expected);
                }
                else
                {
                    Require(false, path, $"{learner.Name} has {string.Join(", ", learner.Hyperparameters.Select(known => known.Name))}");
                }
            }

            errors.AddRange(MonotoneCheck.Check(spec, learner, learners));
        }
    }

    internal static string OneOf(IEnumerable<string> names) => $"expected one of {string.Join(", ", names)}";

    private static string CamelCase(TaskType task) => task.ToString().ToLowerInvariant();
}
