using Mlops.Statistics;

namespace Mlops.Training;

/// <summary>The density of one parameter's values on a grid over its range, smoothed.</summary>
/// <remarks>Scott's rule for the width of the kernels, as in Optuna's PED-ANOVA: narrower than those that TPE searches with.</remarks>
internal static class GridDensity
{
    private const int MostPoints = 50;

    // Wide enough for nine tenths of a kernel to lie within its own point.
    private const double LeastSigma = 0.5 / 1.64;

    /// <returns>A probability per grid point; null if no trial has the parameter.</returns>
    public static double[]? Of(SearchParameter parameter, IEnumerable<Trial> trials)
    {
        var code = new ParameterCode(parameter.Distribution);
        var codes = trials
            .Select(trial => trial.Parameters.TryGetValue(parameter.Name, out var value) ? code.Encode(value) : double.NaN)
            .Where(coded => !double.IsNaN(coded)).ToList();
        if (codes.Count is 0)
        {
            return null;
        }

        if (code.Choices is { } choices)
        {
            var byChoice = codes.GroupBy(choice => choice).OrderBy(group => group.Key).ToList();
            return OfChoices([.. byChoice.Select(group => group.Key)], [.. byChoice.Select(group => (double)group.Count())], choices);
        }

        return OfNumbers(Count(codes, parameter.Distribution));
    }

    private static double[] OfChoices(double[] choices, double[] counts, int count)
    {
        var estimator = new ParzenEstimator(
            [new ParameterCode(new Distribution.Categorical([.. Enumerable.Range(0, count).Select(i => new HyperparameterValue(i))]))],
            [choices], counts, isJoint: true);
        return [.. Enumerable.Range(0, count).Select(choice => Math.Exp(estimator.LogDensity([choice])))];
    }

    /// <summary>How many values are nearest to each point of the grid.</summary>
    private static double[] Count(List<double> codes, Distribution distribution)
    {
        var (low, high, points) = distribution switch
        {
            Distribution.Int { Log: true } whole => (
                Math.Log(whole.Low), Math.Log(whole.High), (long)Math.Ceiling(Math.Log(whole.High - whole.Low + 1) / Math.Log(2)) + 1),
            Distribution.Int whole => (whole.Low, whole.High, whole.Count),
            Distribution.Float { Log: true } number => (Math.Log(number.Low), Math.Log(number.High), MostPoints),
            Distribution.Float number => (number.Low, number.High, number.Count),
            _ => throw new NotSupportedException($"No grid over {distribution}."),
        };
        var counts = new double[Math.Min(points, MostPoints)];
        var step = (high - low) / (counts.Length - 1);
        foreach (var code in codes)
        {
            counts[Math.Clamp((int)Math.Ceiling(((code - low) / step) - 0.5), 0, counts.Length - 1)]++;
        }

        return counts;
    }

    private static double[] OfNumbers(double[] counts)
    {
        var sigma = Bandwidth(counts);
        var total = counts.Sum() + 1;
        var kernels = counts.Select((count, point) => (Mean: (double)point, Sigma: sigma, Weight: count / total))
            .Where(kernel => kernel.Weight > 0)
            .Append((Mean: 0.5 * (counts.Length - 1), Sigma: counts.Length, Weight: 1 / total)).ToList();
        return [.. counts.Select((_, point) => kernels.Sum(kernel => kernel.Weight * Math.Exp(
            Mass(kernel.Mean, kernel.Sigma, point - 0.5, point + 0.5) - Mass(kernel.Mean, kernel.Sigma, -0.5, counts.Length - 0.5))))];
    }

    /// <summary>Scott, "Multivariate Density Estimation", 1992, with the quartiles' distance against outliers.</summary>
    private static double Bandwidth(double[] counts)
    {
        var total = counts.Sum();
        var mean = counts.Select((count, point) => count * point).Sum() / total;
        var deviation = Math.Sqrt(
            counts.Select((count, point) => count * (point - mean) * (point - mean)).Sum() / Math.Max(1, total - 1));
        var lower = PointAt(counts, cumulated => cumulated >= Math.Floor(total / 4));
        var upper = PointAt(counts, cumulated => cumulated > Math.Floor(total * 3 / 4));
        return Math.Max(1.059 * Math.Min((upper - lower) / 1.34, deviation) * Math.Pow(total, -0.2), LeastSigma);
    }

    /// <summary>The first point with values at which the values up to there suffice; the last with values if they never do.</summary>
    private static int PointAt(double[] counts, Func<double, bool> suffices)
    {
        var (sum, last) = (0.0, 0);
        for (var point = 0; point < counts.Length; point++)
        {
            if (counts[point] > 0)
            {
                sum += counts[point];
                last = point;
                if (suffices(sum))
                {
                    break;
                }
            }
        }

        return last;
    }

    private static double Mass(double mean, double sigma, double low, double high) =>
        NormalDistribution.LogMass((low - mean) / sigma, (high - mean) / sigma);
}
