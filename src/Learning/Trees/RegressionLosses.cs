using Mlops.Training;

namespace Mlops.Learning;

/// <summary>½ (score − target)².</summary>
internal sealed class SquaredError : BoostingLoss
{
    public override double[] BaseScores(double[] target, double[]? weights) => [WeightedStatistics.Mean(target, weights)];

    public override void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            gradients[row] = (float)(scores[row] - target[row]);
            hessians[row] = 1;
        }
    }

    public override double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row)
    {
        var error = scores[row] - target[row];
        return error * error / 2;
    }
}

/// <summary>
/// The pinball loss, whose best constant is a quantile: level · (target − score) where the score is too low,
/// (1 − level) · (score − target) where it is too high.
/// </summary>
/// <remarks>
/// Koenker and Bassett, "Regression quantiles", Econometrica 46(1), 1978. The slope says only on which side of a row the score is, so
/// leaves take the quantile of what their rows lack, as in Friedman 2001, algorithm 3, LightGBM and scikit-learn.
/// </remarks>
/// <param name="level">Over 0 and under 1.</param>
internal sealed class QuantileLoss(double level) : BoostingLoss
{
    public override bool RenewsLeaves => true;

    public override double[] BaseScores(double[] target, double[]? weights) =>
        [WeightedStatistics.Quantile([.. target], [.. weights ?? []], level)];

    public override void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            gradients[row] = (float)(scores[row] >= target[row] ? 1 - level : -level);
            hessians[row] = 1;
        }
    }

    public override double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row)
    {
        var lack = target[row] - scores[row];
        return lack > 0 ? level * lack : (level - 1) * lack;
    }

    public override double LeafValue(Span<double> residuals, Span<double> weights) =>
        WeightedStatistics.Quantile(residuals, weights, level);
}

/// <summary>|score − target|.</summary>
/// <remarks>Twice the pinball loss of the median; leaves take the median of what their rows lack (Friedman 2001, algorithm 3).</remarks>
internal sealed class AbsoluteError : BoostingLoss
{
    public override bool RenewsLeaves => true;

    public override double[] BaseScores(double[] target, double[]? weights) =>
        [WeightedStatistics.Quantile([.. target], [.. weights ?? []], 0.5)];

    public override void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            gradients[row] = scores[row] >= target[row] ? 1 : -1;
            hessians[row] = 1;
        }
    }

    public override double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row) => Math.Abs(scores[row] - target[row]);

    public override double LeafValue(Span<double> residuals, Span<double> weights) =>
        WeightedStatistics.Quantile(residuals, weights, 0.5);
}

/// <summary>Half the square of the error up to delta, from there on its magnitude: delta · (|score − target| − delta / 2).</summary>
/// <remarks>
/// Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35(1), 1964. Delta is fixed at the start, as a
/// quantile of how far targets are from their median: Friedman 2001, section 4.4, takes it anew each round, but then losses of rounds
/// do not compare. Leaves take Friedman's one step from the median (his algorithm 4).
/// </remarks>
/// <param name="level">Which quantile, over 0 and under 1.</param>
internal sealed class HuberLoss(double level) : BoostingLoss
{
    private double _delta = 1;

    public override bool RenewsLeaves => true;

    public override double[] BaseScores(double[] target, double[]? weights)
    {
        var median = WeightedStatistics.Quantile([.. target], [.. weights ?? []], 0.5);
        var away = Array.ConvertAll(target, value => Math.Abs(value - median));
        _delta = WeightedStatistics.Quantile([.. away], [.. weights ?? []], level);
        if (_delta is 0)
        {
            // Most targets are the median itself.
            _delta = WeightedStatistics.Mean(away, weights);
        }

        return [median];
    }

    public override void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            gradients[row] = (float)Math.Clamp(scores[row] - target[row], -_delta, _delta);
            hessians[row] = 1;
        }
    }

    public override double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row)
    {
        var error = Math.Abs(scores[row] - target[row]);
        return error <= _delta ? error * error / 2 : _delta * (error - (_delta / 2));
    }

    public override double LeafValue(Span<double> residuals, Span<double> weights)
    {
        var median = WeightedStatistics.Quantile(residuals, weights, 0.5);
        double sum = 0;
        double total = 0;
        for (var i = 0; i < residuals.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            sum += weight * Math.Clamp(residuals[i] - median, -_delta, _delta);
            total += weight;
        }

        return total > 0 ? median + (sum / total) : median;
    }
}

/// <summary>
/// The deviance of counts, up to what scores cannot change: e^score − target · score; the score is the log of the mean.
/// </summary>
/// <remarks>As in scikit-learn's HistGradientBoosting and LightGBM, with the log link.</remarks>
internal sealed class PoissonLoss : BoostingLoss
{
    public override double[] BaseScores(double[] target, double[]? weights)
    {
        TrainingChecks.Refuse(target.Any(value => value < 0), "The poisson loss is for counts: no target may be below 0.");
        var mean = WeightedStatistics.Mean(target, weights);
        return mean > 0 ? [Math.Log(mean)] : throw new TrainingRefusedException("The poisson loss needs a target over 0 in some row.");
    }

    public override void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            var mean = Math.Exp(scores[row]);
            gradients[row] = (float)(mean - target[row]);
            hessians[row] = (float)mean;
        }
    }

    public override double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row) => Math.Exp(scores[row]) - (target[row] * scores[row]);

    public override void Predict(Span<double> outputs) => outputs[0] = Math.Exp(outputs[0]);
}
