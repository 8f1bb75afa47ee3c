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
        Require(spec.Split is null or { Test: > 0 and <= 0.9 }, "split.test", "expected a share over 0 and at most 0.9");
        CheckFeatures();
        CheckLearner();
        CheckGates();
        return errors;

        void Require(bool holds, string path, string problem)
        {
            if (!holds)
            {
                errors.Add(new SpecError(path, problem));
            }
        }

        void CheckFeatures()
        {
            if (spec.Features is not { } features)
            {
                return;
            }

            Require(features.Count is > 0 and <= MaxFeatures, "features", $"expected 1 to {MaxFeatures} columns");
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < features.Count; i++)
            {
                if (features[i] is not { Length: > 0 } feature || feature.Length > MaxColumnName)
                {
                    Require(false, $"features[{i}]", "expected the name of a column");
                    continue;
                }

                Require(feature != spec.Target, $"features[{i}]", "the target cannot be a feature");
                Require(seen.Add(feature), $"features[{i}]", $"'{feature}' is named twice");
            }
        }

        void CheckLearner()
        {
            if (learners.FirstOrDefault(candidate => candidate.Name == spec.Learner.Name) is not { } learner)
            {
                Require(false, "learner.name", OneOf(learners.Select(known => known.Name).Order(StringComparer.Ordinal)));
                return;
            }

            Require(
                spec.Task is null || learner.Tasks.Contains(spec.Task.Value), "task",
                $"{learner.Name} can do {string.Join(", ", learner.Tasks.Select(CamelCase))}");
            foreach (var (name, value) in spec.Learner.Hyperparameters ?? new Dictionary<string, double>())
            {
                var path = $"learner.hyperparameters.{name}";
                if (learner.Hyperparameters.FirstOrDefault(known => known.Name == name) is { } known)
                {
                    Require(
                        value >= known.Minimum && value <= known.Maximum && (!known.IsInteger || double.IsInteger(value)), path,
                        FormattableString.Invariant(
                            $"expected a {(known.IsInteger ? "whole number" : "number")} from {known.Minimum} to {known.Maximum}"));
                }
                else
                {
                    Require(false, path, $"{learner.Name} has {string.Join(", ", learner.Hyperparameters.Select(known => known.Name))}");
                }
            }
        }

        void CheckGates()
        {
            for (var i = 0; i < (spec.Gates?.Count ?? 0); i++)
            {
                // Reading JSON does not look for null in a list.
                if (spec.Gates?[i] is { } gate)
                {
                    CheckGate(gate, $"gates[{i}]");
                }
                else
                {
                    Require(false, $"gates[{i}]", "must not be null");
                }
            }
        }

        void CheckGate(GateSpec gate, string path)
        {
            var metrics = MetricCatalog.All
                .Where(metric => spec.Task is null || metric.AppliesTo(spec.Task.Value))
                .Select(metric => metric.Name);
            Require(metrics.Contains(gate.Metric), $"{path}.metric", OneOf(metrics));
            Require(
                gate.AtLeast is not null || gate.AtMost is not null || gate.ChampionMargin is not null, path,
                "expected atLeast, atMost or championMargin");
            Require(double.IsFinite(gate.AtLeast ?? 0), $"{path}.atLeast", "expected a finite number");
            Require(double.IsFinite(gate.AtMost ?? 0), $"{path}.atMost", "expected a finite number");
            Require(
                gate.ChampionMargin is null or (>= 0 and < double.PositiveInfinity), $"{path}.championMargin",
                "expected a number from 0");
        }
    }

    private static string OneOf(IEnumerable<string> names) => $"expected one of {string.Join(", ", names)}";

    private static string CamelCase(TaskType task) => task.ToString().ToLowerInvariant();
}
