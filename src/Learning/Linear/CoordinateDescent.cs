namespace Mlops.Learning;

/// <summary>Lowers ½ wᵀCw − bᵀw + λ₁ ‖w‖₁ + ½ λ₂ ‖w‖² one weight at a time.</summary>
/// <remarks>
/// Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear Models via Coordinate Descent", Journal of Statistical
/// Software 33(1), 2010, sections 2.1 (the update) and 2.2 (covariance updates); C and b are the covariances of the columns with each
/// other and with the target.
/// </remarks>
internal sealed class CoordinateDescent(double[][] covariances, double[] crossCovariances, double absolutePenalty, double squaredPenalty)
{
    private readonly double[] _weights = new double[crossCovariances.Length];

    /// <summary>C·w, kept up to date.</summary>
    private readonly double[] _products = new double[crossCovariances.Length];

    public double[] Weights => _weights;

    /// <summary>wᵀCw − 2bᵀw: by how much the mean squared error differs from the variance of the target.</summary>
    public double SquaredError
    {
        get
        {
            double error = 0;
            for (var j = 0; j < _weights.Length; j++)
            {
                error += _weights[j] * (_products[j] - (2 * crossCovariances[j]));
            }

            return error;
        }
    }

    /// <summary>Goes once over all weights.</summary>
    /// <returns>The greatest change of the model's scores, in standard deviations over the rows, that one weight has made.</returns>
    public double Cycle()
    {
        double greatest = 0;
        for (var j = 0; j < _weights.Length; j++)
        {
            var variance = covariances[j][j];
            if (!(variance > 0))
            {
                continue;
            }

            var pull = crossCovariances[j] - _products[j] + (variance * _weights[j]);
            var weight = Math.CopySign(Math.Max(0, Math.Abs(pull) - absolutePenalty), pull) / (variance + squaredPenalty);
            var change = weight - _weights[j];
            if (change is 0)
            {
                continue;
            }

            _weights[j] = weight;
            var column = covariances[j];
            for (var k = 0; k < column.Length; k++)
            {
                _products[k] += change * column[k];
            }

            greatest = Math.Max(greatest, Math.Abs(change) * Math.Sqrt(variance));
        }

        return greatest;
    }
}
