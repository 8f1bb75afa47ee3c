namespace Mlops.Learning;

/// <summary>The weighted mean loss of scores that are linear in the columns, plus an L2 penalty, with gradient.</summary>
/// <remarks>
/// Parameters are, for each output, <see cref="DesignMatrix.Width"/> weights and an intercept, which is not penalised. Sums run over a
/// fixed number of chunks in order, so that the value does not depend on the number of threads; within a chunk rows are taken in
/// blocks that stay in the cache between their scores and their part of the gradient.
/// </remarks>
internal sealed class LinearObjective
{
    private const int MaxChunks = 16;
    private const int MinChunkRows = 512;
    private const int BlockRows = 64;

    private readonly DesignMatrix _matrix;
    private readonly RowLoss _loss;
    private readonly double _penalty;
    private readonly int _threads;
    private readonly double[] _losses;
    private readonly double[][] _gradients;
    private readonly double[][] _scores;

    /// <param name="penalty">On half the squared norm of the weights, beside the mean loss.</param>
    public LinearObjective(DesignMatrix matrix, RowLoss loss, double penalty, int threads)
    {
        (_matrix, _loss, _penalty, _threads) = (matrix, loss, penalty, threads);
        var chunks = Math.Clamp(loss.Rows / MinChunkRows, 1, MaxChunks);
        _losses = new double[chunks];
        _gradients = [.. _losses.Select(_ => new double[Parameters])];
        _scores = [.. _losses.Select(_ => new double[loss.Outputs * BlockRows])];
    }

    public int Parameters => _loss.Outputs * Stride;

    private int Stride => _matrix.Width + 1;

    /// <summary>The objective at <paramref name="point"/>; its gradient is written into <paramref name="gradient"/>.</summary>
    public double Evaluate(double[] point, double[] gradient)
    {
        Chunks.Run(_threads, _losses.Length, chunk => EvaluateChunk(chunk, point, wantsGradient: true));
        Array.Clear(gradient);
        foreach (var part in _gradients)
        {
            for (var i = 0; i < gradient.Length; i++)
            {
                gradient[i] += part[i];
            }
        }

        double norm = 0;
        for (var i = 0; i < gradient.Length; i++)
        {
            gradient[i] /= _loss.TotalWeight;
            if (i % Stride < _matrix.Width)
            {
                gradient[i] += _penalty * point[i];
                norm += point[i] * point[i];
            }
        }

        return (_losses.Sum() / _loss.TotalWeight) + (_penalty * norm / 2);
    }

    /// <summary>The mean loss alone, without the penalty.</summary>
    public double MeanLoss(double[] point)
    {
        Chunks.Run(_threads, _losses.Length, chunk => EvaluateChunk(chunk, point, wantsGradient: false));
        return _losses.Sum() / _loss.TotalWeight;
    }

    private void EvaluateChunk(int chunk, double[] point, bool wantsGradient)
    {
        var gradient = _gradients[chunk].AsSpan();
        gradient.Clear();
        double loss = 0;
        var end = Chunks.Start(chunk + 1, _losses.Length, _loss.Rows);
        for (var start = Chunks.Start(chunk, _losses.Length, _loss.Rows); start < end; start += BlockRows)
        {
            var rows = Math.Min(BlockRows, end - start);
            var scores = _scores[chunk].AsSpan(0, _loss.Outputs * rows);
            Score(start, rows, point, scores);
            loss += _loss.Derive(scores, start);
            if (wantsGradient)
            {
                AddSlopes(start, rows, scores, gradient);
            }
        }

        _losses[chunk] = loss;
    }

    private void Score(int start, int rows, double[] point, Span<double> scores)
    {
        for (var k = 0; k < _loss.Outputs; k++)
        {
            ReadOnlySpan<double> parameters = point.AsSpan(k * Stride, Stride);
            var weights = parameters[..^1];
            var intercept = parameters[^1];
            for (var row = 0; row < rows; row++)
            {
                scores[(k * rows) + row] = _matrix.Dot(start + row, weights) + intercept;
            }
        }
    }

    private void AddSlopes(int start, int rows, ReadOnlySpan<double> slopes, Span<double> gradient)
    {
        for (var k = 0; k < _loss.Outputs; k++)
        {
            var part = gradient.Slice(k * Stride, Stride);
            for (var row = 0; row < rows; row++)
            {
                var slope = slopes[(k * rows) + row];
                _matrix.AddRow(start + row, slope, part);
                part[^1] += slope;
            }
        }
    }
}
