using Mlops.Registry;

namespace Mlops.Training;

/// <summary>A metric of fixed predictions, ready to be computed many times with rows counted more than once or not at all.</summary>
/// <remarks>
/// Means over rows and the area under the ROC curve take one pass over what was prepared once; every other metric is computed afresh
/// on the drawn rows. Safe for concurrent use.
/// </remarks>
public abstract class ResampledMetric
{
    private static readonly string[] Means = ["accuracy", "logLoss", "brier", "mae"];

    private ResampledMetric() { }

    /// <param name="metric">One of <see cref="MetricCatalog"/> for the task.</param>
    /// <param name="predictions">Row-major [rows, output width].</param>
    /// <param name="target">The class index or value of each row.</param>
    public static ResampledMetric Prepare(string metric, ModelSignature signature, double[] predictions, double[] target) => metric switch
    {
        "rocAuc" => new RankedArea(predictions, target, signature.OutputWidth),
        "rmse" => new RowMean(OfEachRow("rmse", signature, predictions, target, value => value * value), Math.Sqrt),
        _ when Means.Contains(metric) => new RowMean(OfEachRow(metric, signature, predictions, target, value => value), value => value),
        _ => new Recomputed(metric, signature, predictions, target),
    };

    /// <summary>The metrics of the task on some rows.</summary>
    public static Dictionary<string, double> Compute(ModelSignature signature, double[] predictions, double[] target) =>
        (signature.Task is TaskType.Regression
            ? RegressionMetrics.Compute(predictions, target)
            : ClassificationMetrics.Compute(predictions, target, signature.OutputWidth))
        .ToDictionary(metric => metric.Name, metric => metric.Value, StringComparer.Ordinal);

    /// <summary>The predictions of some rows, in the order named.</summary>
    public static double[] Take(double[] predictions, int width, int[] rows)
    {
        var taken = new double[rows.Length * width];
        for (var i = 0; i < rows.Length; i++)
        {
            predictions.AsSpan(rows[i] * width, width).CopyTo(taken.AsSpan(i * width));
        }

        return taken;
    }

    /// <param name="drawn">How often each row counts.</param>
    /// <returns>NaN if the metric is undefined on these rows.</returns>
    public abstract double Of(int[] drawn);

    /// <summary>Applies a metric to one row at a time, so that its definition stands in one place only.</summary>
    private static double[] OfEachRow(
        string metric, ModelSignature signature, double[] predictions, double[] target, Func<double, double> part)
    {
        var width = signature.OutputWidth;
        var values = new double[target.Length];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = part(Compute(signature, predictions[(row * width)..((row + 1) * width)], [target[row]])[metric]);
        }

        return values;
    }

    private sealed class RowMean(double[] values, Func<double, double> whole) : ResampledMetric
    {
        public override double Of(int[] drawn)
        {
            double sum = 0;
            long rows = 0;
            for (var row = 0; row < values.Length; row++)
            {
                sum += drawn[row] * values[row];
                rows += drawn[row];
            }

            return rows is 0 ? double.NaN : whole(sum / rows);
        }
    }

    private sealed class RankedArea : ResampledMetric
    {
        private readonly (int[] Order, bool[] IsPositive, bool[] ClosesTie)[] _classes;

        public RankedArea(double[] predictions, double[] target, int width) => _classes = width is 2
            ? [Rank(predictions, target, width, 1)]
            : [.. Enumerable.Range(0, width).Select(label => Rank(predictions, target, width, label))];

        public override double Of(int[] drawn)
        {
            double sum = 0;
            foreach (var (order, isPositive, closesTie) in _classes)
            {
                sum += Area(drawn, order, isPositive, closesTie);
            }

            return sum / _classes.Length;
        }

        /// <summary>The chance that a positive scores above a negative, ties counting half, by counting through the ranks.</summary>
        private static double Area(int[] drawn, int[] order, bool[] isPositive, bool[] closesTie)
        {
            double won = 0;
            long positives = 0;
            long negatives = 0;
            long tiedPositives = 0;
            long tiedNegatives = 0;
            for (var i = 0; i < order.Length; i++)
            {
                var times = drawn[order[i]];
                if (isPositive[i])
                {
                    tiedPositives += times;
                }
                else
                {
                    tiedNegatives += times;
                }

                if (closesTie[i])
                {
                    won += tiedPositives * (negatives + (tiedNegatives / 2.0));
                    positives += tiedPositives;
                    negatives += tiedNegatives;
                    tiedPositives = tiedNegatives = 0;
                }
            }

            return positives is 0 || negatives is 0 ? double.NaN : won / positives / negatives;
        }

        private static (int[] Order, bool[] IsPositive, bool[] ClosesTie) Rank(double[] predictions, double[] target, int width, int label)
        {
            var order = Enumerable.Range(0, target.Length).ToArray();
            var scores = Array.ConvertAll(order, row => predictions[(row * width) + label]);
            Array.Sort(scores, order);
            var isPositive = Array.ConvertAll(order, row => target[row] == label);
            var closesTie = new bool[order.Length];
            for (var i = 0; i < order.Length; i++)
            {
                closesTie[i] = i == order.Length - 1 || scores[i] != scores[i + 1];
            }

            return (order, isPositive, closesTie);
        }
    }

    private sealed class Recomputed(string metric, ModelSignature signature, double[] predictions, double[] target) : ResampledMetric
    {
        public override double Of(int[] drawn)
        {
            var rows = new List<int>(target.Length);
            for (var row = 0; row < drawn.Length; row++)
            {
                for (var time = 0; time < drawn[row]; time++)
                {
                    rows.Add(row);
                }
            }

            int[] taken = [.. rows];
            var metrics = Compute(
                signature, Take(predictions, signature.OutputWidth, taken), Array.ConvertAll(taken, row => target[row]));
            return metrics.GetValueOrDefault(metric, double.NaN);
        }
    }
}
