using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A sigmoid of a model's log-odds: 1 ÷ (1 + e^(slope · log-odds + shift)).</summary>
/// <remarks>
/// Platt, "Probabilistic outputs for support vector machines", 1999, with the targets and the Newton method of Lin, Lin and Weng, "A
/// note on Platt's probabilistic outputs for support vector machines", Machine Learning 68, 2007.
/// </remarks>
internal sealed class PlattCurve : ICalibrationCurve
{
    /// <summary>What is less likely counts as this likely, so that log-odds are finite.</summary>
    private const float LeastProbability = 1e-7f;

    private const int MaxIterations = 100;
    private const double GradientTolerance = 1e-9;
    private const double LeastStep = 1e-10;
    private const double Ridge = 1e-12;

    private readonly float _slope;
    private readonly float _shift;

    private PlattCurve((double Slope, double Shift) fitted) => (_slope, _shift) = ((float)fitted.Slope, (float)fitted.Shift);

    /// <param name="others">The probability of all other classes together, by row.</param>
    public static PlattCurve Learn(float[] probabilities, float[] others, double[] outcomes, double[]? weights) =>
        new(Fit([.. probabilities.Zip(others, (value, other) => (double)LogOdds(value, other))], outcomes, weights));

    /// <summary>The most likely slope and shift for scores of any kind.</summary>
    /// <param name="outcomes">1 where the class was there, else 0.</param>
    public static (double Slope, double Shift) Fit(double[] scores, double[] outcomes, double[]? weights)
    {
        double Weight(int row) => weights?[row] ?? 1;
        var rows = Enumerable.Range(0, scores.Length).ToArray();
        var positive = rows.Sum(row => outcomes[row] * Weight(row));
        var negative = rows.Sum(Weight) - positive;

        // Not 0 and 1: as if one more row of each class had been seen.
        var (high, low) = ((positive + 1) / (positive + 2), 1 / (negative + 2));
        var targets = Array.ConvertAll(outcomes, outcome => outcome > 0 ? high : low);
        double Loss(double slope, double shift) => rows.Sum(row =>
        {
            var score = (slope * scores[row]) + shift;
            return Weight(row) * (Link.SoftPlus(score) - ((1 - targets[row]) * score));
        });

        var fitted = (Slope: 0.0, Shift: Math.Log((negative + 1) / (positive + 1)));
        var loss = Loss(fitted.Slope, fitted.Shift);
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            var (bySlope, byShift) = (0.0, 0.0);
            var (slopeSlope, slopeShift, shiftShift) = (Ridge, 0.0, Ridge);
            foreach (var row in rows)
            {
                var probability = Link.Sigmoid(-((fitted.Slope * scores[row]) + fitted.Shift));
                var (first, second) = (Weight(row) * (targets[row] - probability), Weight(row) * probability * (1 - probability));
                bySlope += scores[row] * first;
                byShift += first;
                slopeSlope += scores[row] * scores[row] * second;
                slopeShift += scores[row] * second;
                shiftShift += second;
            }

            var scale = GradientTolerance * Math.Max(1, positive + negative);
            if (Math.Abs(bySlope) < scale && Math.Abs(byShift) < scale)
            {
                break;
            }

            var determinant = (slopeSlope * shiftShift) - (slopeShift * slopeShift);
            var (stepSlope, stepShift) = (
                -((shiftShift * bySlope) - (slopeShift * byShift)) / determinant,
                -((slopeSlope * byShift) - (slopeShift * bySlope)) / determinant);
            var descent = (bySlope * stepSlope) + (byShift * stepShift);
            var step = 1.0;
            while (step >= LeastStep
                && !(Loss(fitted.Slope + (step * stepSlope), fitted.Shift + (step * stepShift)) < loss + (1e-4 * step * descent)))
            {
                step /= 2;
            }

            if (step < LeastStep)
            {
                break;
            }

            fitted = (fitted.Slope + (step * stepSlope), fitted.Shift + (step * stepShift));
            loss = Loss(fitted.Slope, fitted.Shift);
        }

        return fitted;
    }

    public float At(float probability, float other) =>
        (float)Link.Sigmoid(-((LogOdds(probability, other) * _slope) + _shift));

    public GraphValue ToGraph(GraphWriter graph, GraphValue probability, GraphValue other)
    {
        var least = graph.Constant([LeastProbability], 1);
        var logOdds = graph.Sub(graph.Log(graph.Max(probability, least)), graph.Log(graph.Max(other, least)));
        return graph.Sigmoid(graph.Sub(graph.Mul(logOdds, graph.Constant([-_slope], 1)), graph.Constant([_shift], 1)));
    }

    private static float LogOdds(float probability, float other) =>
        MathF.Log(Math.Max(probability, LeastProbability)) - MathF.Log(Math.Max(other, LeastProbability));
}
