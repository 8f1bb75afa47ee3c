namespace Mlops.Training;

/// <summary>Which of several trials are good where there are several objectives, and how much each counts.</summary>
internal static class MultiObjectiveSplit
{
    private const double Small = 1e-12;

    /// <summary>Whole fronts while they fit; of the front that does not, the part with the greatest hypervolume, chosen greedily.</summary>
    /// <param name="losses">By trial, a loss per objective.</param>
    /// <returns>Indices into <paramref name="losses"/>.</returns>
    public static List<int> Best(IReadOnlyList<double[]> losses, int count)
    {
        var best = new List<int>(count);
        foreach (var front in ParetoFront.Fronts(losses))
        {
            var room = count - best.Count;
            if (room <= 0)
            {
                break;
            }

            best.AddRange(front.Count <= room ? front : Greedy(front, losses, room));
        }

        return best;
    }

    /// <summary>In proportion to the hypervolume that only this trial adds, 1 for the greatest.</summary>
    public static double[] Weights(IReadOnlyList<double[]> losses)
    {
        if (losses.Count <= 1)
        {
            return [.. losses.Select(_ => 1.0)];
        }

        var reference = Reference(losses);
        var whole = Hypervolume.Compute(losses, reference);
        var contributions = losses
            .Select((_, left) => whole - Hypervolume.Compute([.. losses.Where((_, t) => t != left)], reference) + Small).ToArray();
        var greatest = contributions.Max();
        return [.. contributions.Select(contribution => Math.Clamp(contribution / greatest, 0, 1))];
    }

    /// <summary>Takes the trial that adds most, again and again: at least 1 − 1/e of the best choice's hypervolume.</summary>
    /// <remarks>Guerreiro, Fonseca, Paquete, "Greedy Hypervolume Subset Selection in Low Dimensions", 2016.</remarks>
    private static List<int> Greedy(IReadOnlyList<int> front, IReadOnlyList<double[]> losses, int count)
    {
        var reference = Reference([.. front.Select(t => losses[t])]);
        var chosen = new List<int>(count);
        while (chosen.Count < count)
        {
            var points = chosen.Select(t => losses[t]).ToList();
            chosen.Add(front.Where(t => !chosen.Contains(t)).MaxBy(t => Hypervolume.Compute([.. points, losses[t]], reference)));
        }

        return chosen;
    }

    /// <summary>A little worse than the worst in each objective.</summary>
    private static double[] Reference(IReadOnlyList<double[]> losses)
    {
        var reference = new double[losses[0].Length];
        for (var objective = 0; objective < reference.Length; objective++)
        {
            var worst = losses.Max(loss => loss[objective]);
            reference[objective] = worst is 0 ? Small : Math.Max(1.1 * worst, 0.9 * worst);
        }

        return reference;
    }
}
