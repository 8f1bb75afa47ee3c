namespace Mlops.Training;

/// <summary>The trials of a study that no other is better than in every respect.</summary>
public static class ParetoFront
{
    /// <returns>By number; of one objective all trials that share its best value.</returns>
    public static IReadOnlyList<Trial> Of(StudyView study)
    {
        var complete = study.Trials
            .Where(trial => trial.Number >= 0 && trial.State is TrialState.Complete && trial.Values?.Count == study.Maximize.Count)
            .Where(trial => !trial.Values!.Any(double.IsNaN)).ToList();
        var losses = complete.Select(trial => Losses(trial, study.Maximize)).ToList();
        return [.. (Fronts(losses).FirstOrDefault() ?? []).Select(t => complete[t])];
    }

    /// <summary>A trial's values, turned so that less is better.</summary>
    internal static double[] Losses(Trial trial, IReadOnlyList<bool> maximize) =>
        [.. maximize.Zip(trial.Values ?? [], (isMaximized, value) => isMaximized ? -value : value)];

    /// <summary>Divides points into fronts: the first is dominated by none, the second only by the first, and so on.</summary>
    /// <returns>Indices, rising within a front.</returns>
    internal static IEnumerable<IReadOnlyList<int>> Fronts(IReadOnlyList<double[]> losses)
    {
        var left = Enumerable.Range(0, losses.Count).ToList();
        while (left.Count > 0)
        {
            var front = left.Where(t => !left.Exists(other => Dominates(losses[other], losses[t]))).ToList();
            yield return front;
            left = [.. left.Except(front)];
        }
    }

    /// <summary>The points that none dominates, one of equal ones.</summary>
    internal static List<double[]> NotDominated(List<double[]> points)
    {
        var front = new List<double[]>(points.Count);
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            if (!points.Exists(other => Dominates(other, point)) && !front.Exists(other => other.AsSpan().SequenceEqual(point)))
            {
                front.Add(point);
            }
        }

        return front;
    }

    /// <summary>Whether one is nowhere worse and somewhere better than the other.</summary>
    private static bool Dominates(double[] one, double[] other)
    {
        var isBetter = false;
        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] > other[i])
            {
                return false;
            }

            isBetter |= one[i] < other[i];
        }

        return isBetter;
    }
}
