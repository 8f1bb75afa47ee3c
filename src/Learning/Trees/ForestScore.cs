namespace Mlops.Learning;

/// <summary>What the trees so far predict of some rows, each row by those trees that may speak of it.</summary>
internal sealed class ForestScore
{
    private const int ChunkRows = 4_096;

    // As in scikit-learn: a probability of 0 would make the loss infinite.
    private const double LeastProbability = 1e-15;

    private readonly BoostingTable _table;
    private readonly int _outputs;
    private readonly int _classes;
    private readonly int _threads;
    private readonly int _chunks;
    private readonly double[] _sums;
    private readonly int[] _trees;

    /// <param name="outputs">How many values a leaf has.</param>
    /// <param name="classes">0 for a quantity.</param>
    public ForestScore(BoostingTable table, int outputs, int classes, int threads)
    {
        (_table, _outputs, _classes, _threads) = (table, outputs, classes, threads);
        _chunks = (table.Rows + ChunkRows - 1) / ChunkRows;
        _sums = new double[table.Rows * outputs];
        _trees = new int[table.Rows];
    }

    /// <summary>How many rows some tree may speak of.</summary>
    public int Scored => _trees.Count(count => count > 0);

    /// <param name="learnedFrom">Rows with a number over 0 are left out; null for none.</param>
    public void Add(Tree tree, ushort[]? learnedFrom) => Chunks.Run(_threads, _chunks, chunk =>
    {
        for (var row = Chunks.Start(chunk, _chunks, _table.Rows); row < Chunks.Start(chunk + 1, _chunks, _table.Rows); row++)
        {
            if (learnedFrom is null || learnedFrom[row] is 0)
            {
                var values = tree.Scores(_table.Matrix, row);
                _trees[row]++;
                for (var k = 0; k < values.Length; k++)
                {
                    _sums[(row * _outputs) + k] += values[k];
                }
            }
        }
    });

    /// <summary>The mean log loss of classes, half the mean squared error of quantities; NaN if there is no row to speak of.</summary>
    public double MeanLoss() => Mean(row => _classes is 0
        ? Math.Pow(Prediction(row, 0) - _table.Target[row], 2) / 2
        : -Math.Log(Math.Clamp(Probability(row, (int)_table.Target[row]), LeastProbability, 1)));

    /// <summary>The share of rows whose most probable class is theirs; of quantities the share of variance explained, R².</summary>
    public double Score()
    {
        if (_classes > 0)
        {
            return Mean(row => Likeliest(row) == (int)_table.Target[row] ? 1 : 0);
        }

        var mean = Mean(row => _table.Target[row]);
        return 1 - (2 * MeanLoss() / Mean(row => Math.Pow(_table.Target[row] - mean, 2)));
    }

    private int Likeliest(int row)
    {
        var best = 0;
        for (var k = 1; k < _classes; k++)
        {
            best = Probability(row, k) > Probability(row, best) ? k : best;
        }

        return best;
    }

    private double Probability(int row, int k) =>
        _outputs > 1 ? Prediction(row, k) : k is 1 ? Prediction(row, 0) : 1 - Prediction(row, 0);

    private double Prediction(int row, int output) => _sums[(row * _outputs) + output] / _trees[row];

    private double Mean(Func<int, double> of)
    {
        double sum = 0;
        double total = 0;
        for (var row = 0; row < _table.Rows; row++)
        {
            if (_trees[row] > 0)
            {
                var weight = _table.Weights?[row] ?? 1;
                sum += weight * of(row);
                total += weight;
            }
        }

        return sum / total;
    }
}
