namespace Mlops.Training;

/// <summary>How much of the space below a reference point is dominated by a set of points: the size of a Pareto front.</summary>
/// <remarks>
/// Exact; after While, Bradstreet, Barone, "A Fast Way of Calculating Exact Hypervolumes", IEEE Transactions on Evolutionary
/// Computation 16 (2012): each point's box less what later points already cover of it.
/// </remarks>
public static class Hypervolume
{
    /// <param name="points">Losses, all coordinates the less the better; NaN is not allowed.</param>
    /// <param name="reference">What points are measured from; a point that is not better in every coordinate counts nothing.</param>
    public static double Compute(IReadOnlyList<double[]> points, double[] reference)
    {
        var inside = points.Where(point => IsInside(point, reference)).ToList();
        return reference.Length is 2 ? OfTwo(inside, reference) : OfMany(ParetoFront.NotDominated(inside), reference);
    }

    private static bool IsInside(double[] point, double[] reference)
    {
        for (var i = 0; i < reference.Length; i++)
        {
            if (point[i] >= reference[i])
            {
                return false;
            }
        }

        return true;
    }

    private static double OfTwo(List<double[]> points, double[] reference)
    {
        points.Sort((a, b) => a[0].CompareTo(b[0]) is var first and not 0 ? first : a[1].CompareTo(b[1]));
        var (volume, ceiling) = (0.0, reference[1]);
        foreach (var point in points)
        {
            if (point[1] < ceiling)
            {
                volume += (reference[0] - point[0]) * (ceiling - point[1]);
                ceiling = point[1];
            }
        }

        return volume;
    }

    private static double OfMany(List<double[]> points, double[] reference)
    {
        points.Sort((a, b) => a[0].CompareTo(b[0]));
        var volume = 0.0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var covered = points.Skip(i + 1).Select(other => point.Zip(other, Math.Max).ToArray()).ToList();
            volume += Box(point, reference) - OfMany(ParetoFront.NotDominated(covered), reference);
        }

        return volume;
    }

    private static double Box(double[] point, double[] reference)
    {
        var volume = 1.0;
        for (var i = 0; i < reference.Length; i++)
        {
            volume *= reference[i] - point[i];
        }

        return volume;
    }
}
