namespace Mlops.Learning;

/// <summary>The mean log loss of a linear classifier plus its L2 penalty, with gradient.</summary>
/// <remarks>
/// Parameters are, for each output, <see cref="DesignMatrix.Width"/> weights and an intercept, which is not penalised. Two classes have one
/// output, the log-odds of the second; more have one each, through softmax. Sums run over a fixed number of chunks in order, so
/// that the value does not depend on the number of threads.
/// </remarks>
internal sealed class LogisticObjective
{
    private const int MaxChunks = 16;
    private const int MinChunkRows = 512;

    private readonly DesignMatrix _matrix;
    private readonly double[] _target;
    private readonly double _penalty;
    private readonly int _threads;
    private readonly double[] _losses;
    private readonly double[][] _gradients;
    private readonly double[][] _scores;

    /// <param name="inverseRegularization">The weight of the summed losses against half the squared norm of the weights.</param>
    public LogisticObjective(DesignMatrix matrix, double[] target, int classes, double inverseRegularization, int threads)
    {
        (_matrix, _target, _threads) = (matrix, target, threads);
        Outputs = classes is 2 ? 1 : classes;
        _penalty = 1 / (inverseRegularization * target.Length);
        var chunks = Math.Clamp(target.Length / MinChunkRows, 1, MaxChunks);
        _losses = new double[chunks];
        _gradients = [.. _losses.Select(_ => new double[Parameters])];
        _scores = [.. _losses.Select(_ => new double[Outputs])];
    }

    public int Outputs { get; }

    public int Parameters => Outputs * Stride;

    private int Stride => _matrix.Width + 1;

    /// <summary>The objective at <paramref name="point"/>; its gradient is written into <paramref name="gradient"/>.</summary>
    public double Evaluate(double[] point, double[] gradient)
    {
        Chunks.Run(_threads, _losses.Length, chunk => EvaluateChunk(chunk, point));
        Array.Clear(gradient);
        double loss = 0;
        for (var chunk = 0; chunk < _losses.Length; chunk++)
        {
            loss += _losses[chunk];
            var part = _gradients[chunk];
            for (var i = 0; i < gradient.Length; i++)
            {
                gradient[i] += part[i];
            }
        }

        double norm = 0;
        for (var i = 0; i < gradient.Length; i++)
        {
            gradient[i] /= _target.Length;
            if (i % Stride < _matrix.Width)
            {
                gradient[i] += _penalty * point[i];
                norm += point[i] * point[i];
            }
        }

        return (loss / _target.Length) + (_penalty * norm / 2);
    }

    private void EvaluateChunk(int chunk, double[] point)
    {
        var gradient = _gradients[chunk].AsSpan();
        var scores = _scores[chunk].AsSpan();
        gradient.Clear();
        double loss = 0;
        var end = Chunks.Start(chunk + 1, _losses.Length, _target.Length);
        for (var row = Chunks.Start(chunk, _losses.Length, _target.Length); row < end; row++)
        {
            for (var k = 0; k < Outputs; k++)
            {
                var weights = point.AsSpan(k * Stride, Stride);
                scores[k] = _matrix.Dot(row, weights[..^1]) + weights[^1];
            }

            loss += Outputs is 1 ? Binary(_target[row], scores) : Multinomial((int)_target[row], scores);
            for (var k = 0; k < Outputs; k++)
            {
                var part = gradient.Slice(k * Stride, Stride);
                _matrix.AddRow(row, scores[k], part);
                part[^1] += scores[k];
            }
        }

        _losses[chunk] = loss;
    }

    /// <summary>Turns the score into the residual and gives the loss.</summary>
    private static double Binary(double target, Span<double> scores)
    {
        var score = scores[0];
        scores[0] = Link.Sigmoid(score) - target;
        return Link.SoftPlus(score) - (target * score);
    }

    private static double Multinomial(int target, Span<double> scores)
    {
        var score = scores[target];
        var logSum = Link.Softmax(scores);
        scores[target]--;
        return logSum - score;
    }
}
