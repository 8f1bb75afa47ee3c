using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What a study seeks, and in which direction.</summary>
/// <param name="Metric">A metric of the task, <see cref="Latency"/> or <see cref="Size"/>.</param>
public sealed record StudyObjective(string Metric, bool Maximize)
{
    /// <summary>The median time of one prediction by the exported model, in microseconds. Measured, so it is never the same twice.</summary>
    public const string Latency = "latency";

    /// <summary>The length of the exported model, in bytes.</summary>
    public const string Size = "size";

    /// <param name="objectives">Of the spec; absent, the headline metric of the task is sought.</param>
    /// <exception cref="TrainingRefusedException">A metric is none of the task's.</exception>
    public static IReadOnlyList<StudyObjective> Of(IReadOnlyList<ObjectiveSpec>? objectives, TaskType task) =>
        objectives is not { Count: > 0 }
            ? [new StudyObjective(MetricCatalog.Headline(task).Name, MetricCatalog.Headline(task).HigherIsBetter)]
            : [.. objectives.Select((objective, index) => Of(objective.Metric, $"search.objectives[{index}].metric", task))];

    private static StudyObjective Of(string metric, string path, TaskType task)
    {
        if (metric is Latency or Size)
        {
            return new StudyObjective(metric, Maximize: false);
        }

        var known = MetricCatalog.All.Where(candidate => candidate.AppliesTo(task)).ToList();
        return known.Find(candidate => candidate.Name == metric) is { } found
            ? new StudyObjective(found.Name, found.HigherIsBetter)
            : throw new TrainingRefusedException(
                $"{path}: {TrainingSpecCheck.OneOf([.. known.Select(candidate => candidate.Name), Latency, Size])}");
    }
}
