using Mlops.Training;

namespace Mlops.Learning;

/// <summary>How boosting goes on from round to round.</summary>
/// <param name="Patience">How many rounds to go on without a better validation loss; 0 for all.</param>
/// <param name="RowSample">The share of rows that each round learns from.</param>
/// <param name="ColumnSample">The share of columns that each tree may use.</param>
internal sealed record BoostingPlan(int Rounds, int Patience, double RowSample, double ColumnSample);

/// <summary>Adds trees to the scores of all rows, round by round, each lowering the loss that the ones before have left.</summary>
internal sealed class Boosting
{
    private const int ChunkRows = 4_096;

    // As in scikit-learn: a validation loss that falls by less has not fallen.
    private const double MinImprovement = 1e-7;

    private readonly BoostingLoss _loss;
    private readonly TreeGrower _grower;
    private readonly BoostingPlan _plan;
    private readonly DeterministicRandom _random;
    private readonly int _threads;
    private readonly ScoredRows _train;
    private readonly ScoredRows? _validation;
    private readonly float[] _gradients;
    private readonly float[] _hessians;
    private readonly List<Tree> _trees = [];
    private readonly int _chunks;

    // Made once, as rounds are many.
    private readonly Action<int> _derive;
    private readonly LeafValue? _leafValue;

    /// <param name="validation">Rows to watch the loss on, if any; in the bins of the training rows.</param>
    public Boosting(
        BoostingLoss loss,
        BoostingTable train,
        BoostingTable? validation,
        TreeGrower grower,
        BoostingPlan plan,
        DeterministicRandom random,
        int threads)
    {
        (_loss, _grower, _plan, _random, _threads) = (loss, grower, plan, random, threads);
        BaseScores = Array.ConvertAll(loss.BaseScores(train.Target, train.Weights), score => (float)score);
        _train = new ScoredRows(loss, train, BaseScores, threads);
        _validation = validation is null ? null : new ScoredRows(loss, validation, BaseScores, threads);
        _gradients = new float[_train.Scores.Length];
        _hessians = new float[_train.Scores.Length];
        _chunks = (_train.Rows + ChunkRows - 1) / ChunkRows;
        (_derive, _leafValue) = (Derive, loss.RenewsLeaves ? _train.LeafValue : null);
    }

    public float[] BaseScores { get; }

    /// <summary>The trees of the rounds kept, for each round one per output.</summary>
    public IReadOnlyList<Tree> Trees => _trees;

    public IReadOnlyDictionary<string, double> Facts { get; private set; } = new Dictionary<string, double>();

    public void Run(Action<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var best = (Round: 0, Loss: _validation?.MeanLoss() ?? double.NaN);
        var round = 0;
        while (round < _plan.Rounds && (_validation is null || _plan.Patience is 0 || round - best.Round < _plan.Patience))
        {
            if (!AddRound(cancellationToken))
            {
                break;
            }

            round++;
            var loss = _validation is not null ? _validation.MeanLoss() : progress is null ? double.NaN : _train.MeanLoss();
            if (loss < best.Loss - MinImprovement)
            {
                best = (round, loss);
            }

            progress?.Invoke(new TrainingProgress(round, _plan.Rounds, loss));
        }

        var kept = _validation is not null && _plan.Patience > 0 ? best.Round : round;
        Keep(kept);
        var facts = new Dictionary<string, double>
        {
            ["rounds"] = kept,
            ["trees"] = _trees.Count,
            ["leaves"] = _trees.Sum(tree => tree.Leaves),
            ["trainingLoss"] = _train.MeanLoss(),
        };
        if (_validation is not null)
        {
            facts["validationLoss"] = kept == round ? _validation.MeanLoss() : best.Loss;
        }

        Facts = facts;
    }

    /// <returns><see langword="false"/> if no tree found anything to split; then nothing has changed.</returns>
    private bool AddRound(CancellationToken cancellationToken)
    {
        var rows = _train.Rows;
        Chunks.Run(_threads, _chunks, _derive);
        var sample = _plan.RowSample < 1 ? Sampling.Rows(rows, _plan.RowSample, _random) : null;
        var grown = false;
        for (var k = 0; k < _loss.Outputs; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var columns = _plan.ColumnSample < 1 ? Sampling.Columns(_train.Matrix, null, _plan.ColumnSample, _random) : null;
            var (tree, leaves) = _grower.Grow(
                _gradients.AsMemory(k * rows, rows),
                _hessians.AsMemory(k * rows, rows),
                sample,
                columns,
                _random,
                _leafValue);
            grown |= leaves.Count > 1;
            _trees.Add(tree);
            if (sample is null)
            {
                _train.Add(leaves, _grower, k);
            }
            else
            {
                _train.Add(tree, k, 1);
            }

            _validation?.Add(tree, k, 1);
        }

        // A tree that could not split among the columns drawn for it says nothing of the next.
        if (!grown && sample is null && _plan.ColumnSample >= 1)
        {
            Keep((_trees.Count / _loss.Outputs) - 1);
            return false;
        }

        return true;
    }

    private void Derive(int chunk)
    {
        var rows = _train.Rows;
        var (start, end) = (Chunks.Start(chunk, _chunks, rows), Chunks.Start(chunk + 1, _chunks, rows));
        _loss.Derive(_train.Target, _train.Scores, _gradients, _hessians, start, end);
        if (_train.Weights is { } weights)
        {
            for (var k = 0; k < _loss.Outputs; k++)
            {
                for (var row = start; row < end; row++)
                {
                    _gradients[(k * rows) + row] *= (float)weights[row];
                    _hessians[(k * rows) + row] *= (float)weights[row];
                }
            }
        }
    }

    /// <summary>Takes back the rounds after the first <paramref name="rounds"/>.</summary>
    private void Keep(int rounds)
    {
        while (_trees.Count > rounds * _loss.Outputs)
        {
            var tree = _trees[^1];
            _trees.RemoveAt(_trees.Count - 1);
            _train.Add(tree, _trees.Count % _loss.Outputs, -1);
        }
    }
}
