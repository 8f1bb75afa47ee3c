using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Adds trees to the scores of all rows, round by round, each lowering the loss that the ones before have left.</summary>
internal sealed class Boosting
{
    private const int ChunkRows = 4_096;

    // As in scikit-learn: a validation loss that falls by less has not fallen.
    private const double MinImprovement = 1e-7;

    private readonly BoostingLoss _loss;
    private readonly double[] _target;
    private readonly float[][] _columns;
    private readonly HoldOut _parts;
    private readonly TreeGrower _grower;
    private readonly int _threads;
    private readonly double[] _scores;
    private readonly float[] _gradients;
    private readonly float[] _hessians;
    private readonly List<Tree> _trees = [];

    /// <param name="columns">The encoded columns that trees decide by.</param>
    /// <param name="parts">The rows to learn from, and those to validate on, if any.</param>
    public Boosting(BoostingLoss loss, double[] target, float[][] columns, HoldOut parts, TreeGrower grower, int threads)
    {
        (_loss, _target, _columns, _parts, _grower, _threads) = (loss, target, columns, parts, grower, threads);
        BaseScores = Array.ConvertAll(loss.BaseScores(target, parts.Train), score => (float)score);
        _scores = new double[target.Length * loss.Outputs];
        _gradients = new float[_scores.Length];
        _hessians = new float[_scores.Length];
        for (var k = 0; k < loss.Outputs; k++)
        {
            _scores.AsSpan(k * target.Length, target.Length).Fill(BaseScores[k]);
        }
    }

    public float[] BaseScores { get; }

    /// <summary>The trees of the rounds kept, for each round one per output.</summary>
    public IReadOnlyList<Tree> Trees => _trees;

    public IReadOnlyDictionary<string, double> Facts { get; private set; } = new Dictionary<string, double>();

    /// <param name="patience">How many rounds to go on without a better validation loss; 0 for no validation.</param>
    public void Run(int rounds, int patience, Action<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var best = (Round: 0, Loss: patience > 0 ? MeanLoss(_parts.Test) : double.NaN);
        var round = 0;
        while (round < rounds && (patience is 0 || round - best.Round < patience))
        {
            if (!AddRound(cancellationToken))
            {
                break;
            }

            round++;
            var loss = patience > 0 ? MeanLoss(_parts.Test) : progress is null ? double.NaN : MeanLoss(_parts.Train);
            if (patience > 0 && loss < best.Loss - MinImprovement)
            {
                best = (round, loss);
            }

            progress?.Invoke(new TrainingProgress(round, rounds, loss));
        }

        var kept = patience > 0 ? best.Round : round;
        Keep(kept);
        var facts = new Dictionary<string, double>
        {
            ["rounds"] = kept,
            ["trees"] = _trees.Count,
            ["leaves"] = _trees.Sum(tree => tree.Leaves),
            ["trainingLoss"] = MeanLoss(_parts.Train),
        };
        if (patience > 0)
        {
            facts["validationLoss"] = best.Loss;
        }

        Facts = facts;
    }

    /// <returns><see langword="false"/> if no tree found anything to split; then nothing has changed.</returns>
    private bool AddRound(CancellationToken cancellationToken)
    {
        var rows = _target.Length;
        var chunks = (rows + ChunkRows - 1) / ChunkRows;
        Chunks.Run(_threads, chunks, chunk => _loss.Derive(
            _target, _scores, _gradients, _hessians, Chunks.Start(chunk, chunks, rows), Chunks.Start(chunk + 1, chunks, rows)));
        var grown = false;
        for (var k = 0; k < _loss.Outputs; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (tree, leaves) = _grower.Grow(_gradients.AsSpan(k * rows, rows), _hessians.AsSpan(k * rows, rows));
            grown |= leaves.Count > 1;
            _trees.Add(tree);
            var scores = _scores.AsSpan(k * rows, rows);
            foreach (var leaf in leaves)
            {
                foreach (var row in _grower.Rows.Slice(leaf.Start, leaf.Length))
                {
                    scores[row] += leaf.Value;
                }
            }

            foreach (var row in _parts.Test)
            {
                scores[row] += tree.Score(_columns, row);
            }
        }

        if (!grown)
        {
            Keep((_trees.Count / _loss.Outputs) - 1);
        }

        return grown;
    }

    /// <summary>Takes back the rounds after the first <paramref name="rounds"/>.</summary>
    private void Keep(int rounds)
    {
        while (_trees.Count > rounds * _loss.Outputs)
        {
            var tree = _trees[^1];
            _trees.RemoveAt(_trees.Count - 1);
            var scores = _scores.AsSpan(_trees.Count % _loss.Outputs * _target.Length, _target.Length);
            for (var row = 0; row < scores.Length; row++)
            {
                scores[row] -= tree.Score(_columns, row);
            }
        }
    }

    /// <summary>Summed in row order, so that it is the same for any number of threads.</summary>
    private double MeanLoss(int[] rows)
    {
        double sum = 0;
        foreach (var row in rows)
        {
            sum += _loss.At(_target, _scores, row);
        }

        return sum / rows.Length;
    }
}
