namespace Mlops.Training;

/// <summary>Root mean squared error, mean absolute error (both in the target's unit) and the coefficient of determination.</summary>
public static class RegressionMetrics
{
    /// <returns>R² is NaN if the truth is constant.</returns>
    public static IEnumerable<(string Name, double Value)> Compute(double[] predictions, double[] target)
    {
        var mean = target.Average();
        double squared = 0;
        double absolute = 0;
        double total = 0;
        for (var i = 0; i < target.Length; i++)
        {
            var error = predictions[i] - target[i];
            squared += error * error;
            absolute += Math.Abs(error);
            total += (target[i] - mean) * (target[i] - mean);
        }

        return
        [
            ("rmse", Math.Sqrt(squared / target.Length)),
            ("mae", absolute / target.Length),
            ("r2", total > 0 ? 1 - (squared / total) : double.NaN),
        ];
    }
}
