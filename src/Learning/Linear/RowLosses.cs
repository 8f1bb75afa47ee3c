namespace Mlops.Learning;

/// <summary>log(1 + e^s) − y·s of the log-odds s of the second of two classes.</summary>
internal sealed class BinaryRowLoss(double[] target, double[]? weights) : RowLoss(target, weights)
{
    /// <summary>So many factors of at most 2 stay finite.</summary>
    private const int MaxFactors = 1_000;

    public override double Derive(Span<double> scores, int start)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scores.Length, MaxFactors);
        Span<double> small = stackalloc double[scores.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            small[i] = -Math.Abs(scores[i]);
        }

        VectorMath.Exp(small);
        double loss = 0;

        // The sum of the logarithms of rows that count alike is the logarithm of one product.
        double product = 1;
        for (var i = 0; i < scores.Length; i++)
        {
            var (score, label) = (scores[i], Target[start + i]);
            var denominator = 1 + small[i];
            var residual = ((score >= 0 ? 1 : small[i]) / denominator) - label;
            var straight = Math.Max(score, 0) - (label * score);
            if (Weights is null)
            {
                product *= denominator;
                loss += straight;
                scores[i] = residual;
            }
            else
            {
                var weight = Weights[start + i];
                loss += weight * (straight + Math.Log(denominator));
                scores[i] = weight * residual;
            }
        }

        return loss + Math.Log(product);
    }
}

/// <summary>log Σ e^s_k − s_y of one score per class.</summary>
internal sealed class SoftmaxRowLoss(double[] target, int classes, double[]? weights) : RowLoss(target, weights)
{
    public override int Outputs => classes;

    public override double Derive(Span<double> scores, int start)
    {
        var rows = scores.Length / classes;
        double loss = 0;
        Span<double> greatest = stackalloc double[rows];
        Span<double> sums = stackalloc double[rows];
        scores[..rows].CopyTo(greatest);
        for (var i = rows; i < scores.Length; i++)
        {
            greatest[i % rows] = Math.Max(greatest[i % rows], scores[i]);
        }

        for (var row = 0; row < rows; row++)
        {
            loss -= WeightOf(start + row) * (scores[((int)Target[start + row] * rows) + row] - greatest[row]);
        }

        for (var k = 0; k < classes; k++)
        {
            var part = scores.Slice(k * rows, rows);
            for (var row = 0; row < rows; row++)
            {
                part[row] -= greatest[row];
            }

            VectorMath.Exp(part);
            for (var row = 0; row < rows; row++)
            {
                sums[row] += part[row];
            }
        }

        for (var row = 0; row < rows; row++)
        {
            loss += WeightOf(start + row) * Math.Log(sums[row]);
        }

        for (var k = 0; k < classes; k++)
        {
            var part = scores.Slice(k * rows, rows);
            for (var row = 0; row < rows; row++)
            {
                part[row] = WeightOf(start + row) * ((part[row] / sums[row]) - (Target[start + row] == k ? 1 : 0));
            }
        }

        return loss;
    }
}

/// <summary>Half the unit deviance of a count y with mean e^s: y·log(y/e^s) − y + e^s.</summary>
internal sealed class PoissonRowLoss(double[] target, double[]? weights) : RowLoss(target, weights)
{
    /// <summary>y·log y − y, what does not depend on the score.</summary>
    private readonly double[] _constants = Array.ConvertAll(target, count => count > 0 ? count * (Math.Log(count) - 1) : 0);

    public override double Derive(Span<double> scores, int start)
    {
        Span<double> means = stackalloc double[scores.Length];
        scores.CopyTo(means);
        VectorMath.Exp(means);
        double loss = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            var (weight, count) = (WeightOf(start + i), Target[start + i]);
            loss += weight * (_constants[start + i] - (count * scores[i]) + means[i]);
            scores[i] = weight * (means[i] - count);
        }

        return loss;
    }
}

/// <summary>(s − y)².</summary>
internal sealed class SquaredRowLoss(double[] target, double[]? weights) : RowLoss(target, weights)
{
    public override double Derive(Span<double> scores, int start)
    {
        double loss = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            var residual = scores[i] - Target[start + i];
            loss += WeightOf(start + i) * residual * residual;
            scores[i] = 2 * WeightOf(start + i) * residual;
        }

        return loss;
    }
}
