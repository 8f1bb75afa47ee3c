using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Finds everything that is wrong with gates before any data is read.</summary>
internal static class GateSpecCheck
{
    /// <param name="task">Of the spec, if it names one.</param>
    public static IEnumerable<SpecError> Check(IReadOnlyList<GateSpec> gates, string path, TaskType? task)
    {
        var errors = new List<SpecError>();
        for (var i = 0; i < gates.Count; i++)
        {
            // Reading JSON does not look for null in a list.
            if (gates[i] is { } gate)
            {
                CheckGate(gate, $"{path}[{i}]");
            }
            else
            {
                Require(false, $"{path}[{i}]", "must not be null");
            }
        }

        return errors;

        void Require(bool holds, string at, string problem)
        {
            if (!holds)
            {
                errors.Add(new SpecError(at, problem));
            }
        }

        void CheckGate(GateSpec gate, string at)
        {
            var metrics = MetricCatalog.All.Where(metric => task is null || metric.AppliesTo(task.Value)).Select(metric => metric.Name);
            Require(metrics.Contains(gate.Metric), $"{at}.metric", TrainingSpecCheck.OneOf(metrics));
            Require(
                gate.AtLeast is not null || gate.AtMost is not null || gate.ChampionMargin is not null, at,
                "expected atLeast, atMost or championMargin");
            Require(double.IsFinite(gate.AtLeast ?? 0), $"{at}.atLeast", "expected a finite number");
            Require(double.IsFinite(gate.AtMost ?? 0), $"{at}.atMost", "expected a finite number");
            Require(
                gate.ChampionMargin is null or (>= 0 and < double.PositiveInfinity), $"{at}.championMargin", "expected a number from 0");
        }
    }
}
