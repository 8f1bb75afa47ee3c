namespace Mlops.Training;

/// <summary>What predicted quantities are worth.</summary>
/// <remarks>
/// Definitions are those of scikit-learn. Root mean squared and mean absolute error and pinball losses are in the target's unit. The
/// pinball loss of a quantile q weighs an underestimate by q and an overestimate by 1 − q. R² is undefined if the truth is constant,
/// the mean absolute percentage error (a share, not a percentage) if a true value is 0, and Poisson deviance if a true value is
/// negative or a prediction not positive.
/// </remarks>
internal sealed class RegressionMeasure : IMeasure
{
    private const double LowQuantile = 0.1;
    private const double HighQuantile = 0.9;

    private readonly double[] _errors;
    private readonly double[] _centred;
    private readonly double[]? _relative;
    private readonly double[]? _deviance;

    public RegressionMeasure(double[] predictions, double[] target)
    {
        Rows = target.Length;
        _errors = new double[Rows];
        _centred = new double[Rows];
        var relative = new double[Rows];
        var deviance = new double[Rows];
        var mean = Rows is 0 ? 0 : target.Average();
        for (var i = 0; i < Rows; i++)
        {
            _errors[i] = target[i] - predictions[i];
            _centred[i] = target[i] - mean;
            relative[i] = Math.Abs(_errors[i] / target[i]);
            deviance[i] = Deviance(predictions[i], target[i]);
        }

        _relative = Array.TrueForAll(relative, double.IsFinite) ? relative : null;
        _deviance = Array.TrueForAll(deviance, double.IsFinite) ? deviance : null;
    }

    public int Rows { get; }

    public IReadOnlyList<string> Names { get; } =
        ["rmse", "mae", "r2", "mape", "pinball10", "pinball50", "pinball90", "poissonDeviance"];

    public int ScratchLength => 0;

    public void Compute(ReadOnlySpan<int> counts, Span<double> values, Span<double> scratch)
    {
        double rows = 0;
        double squared = 0;
        double over = 0;
        double under = 0;
        double sum = 0;
        double sumOfSquares = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            double count = counts[i];
            var error = _errors[i];
            rows += count;
            squared += count * error * error;
            under += count * Math.Max(error, 0);
            over += count * Math.Max(-error, 0);
            sum += count * _centred[i];
            sumOfSquares += count * _centred[i] * _centred[i];
        }

        var total = sumOfSquares - (sum * sum / rows);
        values[0] = Math.Sqrt(squared / rows);
        values[1] = (under + over) / rows;
        values[2] = total > 0 ? 1 - (squared / total) : double.NaN;
        values[3] = Mean(_relative, counts, rows);
        values[4] = Pinball(LowQuantile);
        values[5] = Pinball(0.5);
        values[6] = Pinball(HighQuantile);
        values[7] = Mean(_deviance, counts, rows);

        double Pinball(double quantile) => ((quantile * under) + ((1 - quantile) * over)) / rows;
    }

    private static double Mean(double[]? values, ReadOnlySpan<int> counts, double rows)
    {
        if (values is null)
        {
            return double.NaN;
        }

        double sum = 0;
        for (var i = 0; i < values.Length; i++)
        {
            sum += counts[i] * values[i];
        }

        return sum / rows;
    }

    private static double Deviance(double prediction, double truth) => prediction > 0 && truth >= 0
        ? 2 * ((truth is 0 ? 0 : truth * Math.Log(truth / prediction)) - truth + prediction)
        : double.NaN;
}
