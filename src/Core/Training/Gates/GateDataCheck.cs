using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Finds gates that the data cannot answer, before anything is trained for them.</summary>
internal static class GateDataCheck
{
    /// <param name="task">What the spec and the data came to.</param>
    public static IEnumerable<SpecError> Check(IReadOnlyList<GateSpec> gates, string path, TaskType task, DataFrame data)
    {
        for (var i = 0; i < gates.Count; i++)
        {
            var (gate, at) = (gates[i], $"{path}[{i}]");
            if (gate.Metric is { } metric && MetricCatalog.Find(metric)?.AppliesTo(task) is false)
            {
                yield return new SpecError($"{at}.metric", $"'{metric}' is no metric of {task.ToString().ToLowerInvariant()}");
            }

            if (gate.KindOrMetric is GateKind.Fairness && task is not TaskType.Binary)
            {
                yield return new SpecError($"{at}.kind", "fairness is measured of a model with two classes");
            }

            if (gate.Column is { } column && data.Find(column) is null)
            {
                yield return new SpecError($"{at}.column", $"the data set has no column '{column}'");
            }

            if (gate.Bins is not null && gate.Column is { } cut && data.Find(cut) is StringColumn)
            {
                yield return new SpecError($"{at}.bins", $"'{cut}' is not a column of numbers");
            }

            for (var c = 0; c < (gate.Columns?.Count ?? 0); c++)
            {
                if (data.Find(gate.Columns![c]) is null)
                {
                    yield return new SpecError($"{at}.columns[{c}]", $"the data set has no column '{gate.Columns[c]}'");
                }
            }
        }
    }
}
