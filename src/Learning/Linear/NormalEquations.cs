using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The weighted second moments about the mean of columns and target: all that least squares needs of the data.</summary>
/// <remarks>Sums run over chunks of rows that do not depend on the number of threads, and are added in order.</remarks>
internal sealed class NormalEquations
{
    /// <summary>More columns than this make more moments than are worth having.</summary>
    public const int MaxColumns = 2_048;

    private const int MinChunkRows = 512;
    private const int MaxChunks = 16;

    /// <summary>All chunks together hold at most so many numbers, 128 MiB.</summary>
    private const int MaxHeld = 1 << 24;

    private NormalEquations(double[][] covariances, double[] crossCovariances, double[] columnMeans, double targetMean, double targetVariance) =>
        (Covariances, CrossCovariances, ColumnMeans, TargetMean, TargetVariance) =
            (covariances, crossCovariances, columnMeans, targetMean, targetVariance);

    /// <summary>Of each column with each, [columns][columns], symmetric.</summary>
    public double[][] Covariances { get; }

    /// <summary>Of each column with the target.</summary>
    public double[] CrossCovariances { get; }

    public double[] ColumnMeans { get; }

    public double TargetMean { get; }

    public double TargetVariance { get; }

    public static NormalEquations Of(DesignMatrix matrix, TrainingData data, int threads)
    {
        var width = matrix.Width;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxColumns);
        var mean = WeightedMean.Of(data);
        var chunks = Math.Clamp(Math.Min(matrix.Rows / MinChunkRows, MaxHeld / Math.Max(1, width * width)), 1, MaxChunks);
        var parts = new Sums[chunks];
        Chunks.Run(threads, chunks, chunk =>
        {
            parts[chunk] = new Sums(width);
            var end = Chunks.Start(chunk + 1, chunks, matrix.Rows);
            for (var row = Chunks.Start(chunk, chunks, matrix.Rows); row < end; row++)
            {
                parts[chunk].Add(matrix, row, data.Target[row] - mean, data.Weights?[row] ?? 1);
            }
        });

        var sums = parts[0];
        foreach (var part in parts.Skip(1))
        {
            sums.Add(part);
        }

        return sums.Centred(mean);
    }

    /// <summary>The intercept that goes with weights of the columns.</summary>
    public double Intercept(double[] weights) => TargetMean - Lbfgs.Dot(ColumnMeans, weights);

    /// <summary>Sums over rows of products; of the products of columns the upper triangle.</summary>
    private sealed class Sums(int width)
    {
        private readonly double[] _row = new double[width];
        private readonly double[] _columns = new double[width];
        private readonly double[] _cross = new double[width];
        private readonly double[][] _products = [.. Enumerable.Range(0, width).Select(column => new double[width - column])];
        private double _weight;
        private double _squares;

        public void Add(DesignMatrix matrix, int row, double target, double weight)
        {
            if (weight is 0)
            {
                return;
            }

            Array.Clear(_row);
            matrix.AddRow(row, 1, _row);
            for (var i = 0; i < _row.Length; i++)
            {
                // Of the columns of a category all but one are 0.
                if (_row[i] is not 0)
                {
                    AddScaled(_products[i], weight * _row[i], _row.AsSpan(i));
                }
            }

            AddScaled(_columns, weight, _row);
            AddScaled(_cross, weight * target, _row);
            _weight += weight;
            _squares += weight * target * target;
        }

        public void Add(Sums other)
        {
            for (var i = 0; i < width; i++)
            {
                AddScaled(_products[i], 1, other._products[i]);
            }

            AddScaled(_columns, 1, other._columns);
            AddScaled(_cross, 1, other._cross);
            _weight += other._weight;
            _squares += other._squares;
        }

        public NormalEquations Centred(double targetMean)
        {
            var means = Array.ConvertAll(_columns, sum => sum / _weight);
            var covariances = means.Select(_ => new double[width]).ToArray();
            for (var i = 0; i < width; i++)
            {
                for (var j = i; j < width; j++)
                {
                    covariances[i][j] = covariances[j][i] = (_products[i][j - i] / _weight) - (means[i] * means[j]);
                }
            }

            return new NormalEquations(covariances, Array.ConvertAll(_cross, sum => sum / _weight), means, targetMean, _squares / _weight);
        }

        private static void AddScaled(Span<double> sum, double factor, ReadOnlySpan<double> vector)
        {
            var left = MemoryMarshal.Cast<double, Vector256<double>>(sum);
            var right = MemoryMarshal.Cast<double, Vector256<double>>(vector);
            for (var i = 0; i < left.Length; i++)
            {
                left[i] += right[i] * factor;
            }

            for (var i = left.Length * Vector256<double>.Count; i < sum.Length; i++)
            {
                sum[i] += factor * vector[i];
            }
        }
    }
}
