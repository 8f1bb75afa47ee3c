using System.Globalization;

namespace Mlops.Learning;

/// <summary>Finds the probability of the positive class from which on it should be predicted.</summary>
internal static class DecisionThresholds
{
    /// <param name="probabilities">Of the positive class, of rows that the model has not seen.</param>
    /// <param name="positives">Whether each row is of the positive class; both kinds are there.</param>
    /// <param name="metric">One of <see cref="Training.CalibrationSpec.ThresholdMetrics"/>.</param>
    /// <returns>Over 0 and under 1, midway between neighbouring probabilities; of equally good ones the closest to ½.</returns>
    public static double Best(float[] probabilities, bool[] positives, string metric)
    {
        var rows = Enumerable.Range(0, probabilities.Length).OrderByDescending(row => probabilities[row]).ToArray();
        var all = new Confusion(0, 0, positives.Count(positive => !positive), positives.Count(positive => positive));
        var (best, bestScore) = (float.NaN, double.NegativeInfinity);
        Consider(1, probabilities[rows[0]]);
        for (var i = 0; i < rows.Length; i++)
        {
            all = positives[rows[i]]
                ? all with { TruePositives = all.TruePositives + 1, FalseNegatives = all.FalseNegatives - 1 }
                : all with { FalsePositives = all.FalsePositives + 1, TrueNegatives = all.TrueNegatives - 1 };
            Consider(probabilities[rows[i]], i + 1 < rows.Length ? probabilities[rows[i + 1]] : 0);
        }

        // The shortest decimal that is the same number in single precision, in which graph and server compare.
        return float.IsNaN(best) ? 0.5 : double.Parse(best.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

        void Consider(float above, float below)
        {
            var middle = (float)(((double)above + below) / 2);
            var threshold = middle > below ? middle : above;
            if (!(below < above) || threshold is <= 0 or >= 1)
            {
                return;
            }

            var score = all.Score(metric);
            if (score > bestScore || (score == bestScore && Math.Abs(threshold - 0.5) < Math.Abs(best - 0.5)))
            {
                (best, bestScore) = (threshold, score);
            }
        }
    }

    private readonly record struct Confusion(double TruePositives, double FalsePositives, double TrueNegatives, double FalseNegatives)
    {
        public double Score(string metric) => metric switch
        {
            "f1" => 2 * TruePositives / ((2 * TruePositives) + FalsePositives + FalseNegatives),
            "balancedAccuracy" =>
                ((TruePositives / (TruePositives + FalseNegatives)) + (TrueNegatives / (TrueNegatives + FalsePositives))) / 2,
            "accuracy" => (TruePositives + TrueNegatives) / (TruePositives + TrueNegatives + FalsePositives + FalseNegatives),
            "mcc" => Matthews(),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No threshold is chosen for this."),
        };

        private double Matthews()
        {
            var square = (TruePositives + FalsePositives) * (TruePositives + FalseNegatives)
                * (TrueNegatives + FalsePositives) * (TrueNegatives + FalseNegatives);
            return square > 0
                ? ((TruePositives * TrueNegatives) - (FalsePositives * FalseNegatives)) / Math.Sqrt(square)
                : 0;
        }
    }
}
