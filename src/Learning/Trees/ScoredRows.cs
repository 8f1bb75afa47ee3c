using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>Rows with the scores that the trees so far give them.</summary>
internal sealed class ScoredRows
{
    private const int ChunkRows = 4_096;

    private readonly BoostingLoss _loss;
    private readonly BoostingTable _table;
    private readonly int _threads;
    private readonly int _chunks;
    private readonly double _totalWeight;

    // Two to a score.
    private readonly int[] _scores;

    public ScoredRows(BoostingLoss loss, BoostingTable table, float[] baseScores, int threads)
    {
        (_loss, _table, _threads) = (loss, table, threads);
        _chunks = (table.Rows + ChunkRows - 1) / ChunkRows;
        _totalWeight = table.Weights?.Sum() ?? table.Rows;
        _scores = baseScores.Length is 1 ? table.Matrix.TakeRoom() : new int[2 * Rows * baseScores.Length];
        for (var k = 0; k < baseScores.Length; k++)
        {
            Scores.Slice(k * Rows, Rows).Fill(baseScores[k]);
        }
    }

    public int Rows => _table.Rows;

    public BinnedMatrix Matrix => _table.Matrix;

    public double[] Target => _table.Target;

    public double[]? Weights => _table.Weights;

    /// <summary>Output by output.</summary>
    public Span<double> Scores => MemoryMarshal.Cast<int, double>(_scores.AsSpan());

    /// <summary>Adds a tree that was grown on all of these rows.</summary>
    public void Add(IReadOnlyList<GrownLeaf> leaves, TreeGrower grower, int output) => Chunks.Run(_threads, leaves.Count, index =>
    {
        var leaf = leaves[index];
        var scores = Scores.Slice(output * Rows, Rows);
        foreach (var row in grower.Rows.Slice(leaf.Start, leaf.Length))
        {
            scores[row] += leaf.Value;
        }
    });

    /// <summary>Adds what a tree gives each row, times <paramref name="factor"/>.</summary>
    public void Add(Tree tree, int output, double factor) => Chunks.Run(_threads, _chunks, chunk =>
    {
        var scores = Scores.Slice(output * Rows, Rows);
        for (var row = Chunks.Start(chunk, _chunks, Rows); row < Chunks.Start(chunk + 1, _chunks, Rows); row++)
        {
            scores[row] += factor * tree.Score(Matrix, row);
        }
    });

    /// <summary>What a leaf with these rows is best worth, to a loss of one output.</summary>
    public double LeafValue(ReadOnlySpan<int> rows)
    {
        var scores = Scores;
        var residuals = new double[rows.Length];
        var weights = Weights is null ? [] : new double[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            residuals[i] = Target[rows[i]] - scores[rows[i]];
            if (Weights is not null)
            {
                weights[i] = Weights[rows[i]];
            }
        }

        return _loss.LeafValue(residuals, weights);
    }

    /// <summary>Summed chunk by chunk, so that it is the same for any number of threads.</summary>
    public double MeanLoss()
    {
        var sums = new double[_chunks];
        Chunks.Run(_threads, _chunks, chunk =>
        {
            var scores = Scores;
            double sum = 0;
            for (var row = Chunks.Start(chunk, _chunks, Rows); row < Chunks.Start(chunk + 1, _chunks, Rows); row++)
            {
                sum += (Weights?[row] ?? 1) * _loss.At(Target, scores, row);
            }

            sums[chunk] = sum;
        });
        return sums.Sum() / _totalWeight;
    }
}
