using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>
/// A category as the mean of the target over its rows, drawn towards the mean of all: one column, of several classes one each.
/// </summary>
/// <remarks>
/// (Σ w·y + m·prior) ÷ (Σ w + m): Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD
/// Explorations 3(1), 2001, with the weight n ÷ (n + m). A value that training has not seen is the prior. Training rows
/// are given the means of the other folds' rows, because a row's own target must not be among its features.
/// </remarks>
internal sealed class TargetMeans
{
    private const int Folds = 5;

    private readonly string[] _names;
    private readonly double _smoothing;
    private readonly Preparation _preparation;
    private readonly int[] _levels;
    private readonly int[] _folds;
    private readonly int _outputs;
    private readonly bool _isQuantity;
    private readonly double[][] _weights;
    private readonly double[][] _sums;

    /// <param name="names">The levels by number.</param>
    /// <param name="levels">Of each training row.</param>
    /// <param name="smoothing">For how many rows the mean of all counts.</param>
    public TargetMeans(string[] names, int[] levels, ModelSignature signature, Preparation preparation, double smoothing)
    {
        (_names, _levels, _preparation, _smoothing) = (names, levels, preparation, smoothing);
        _isQuantity = signature.Task is TaskType.Regression;
        _outputs = signature.Task is TaskType.Multiclass ? signature.Classes.Count : 1;
        _folds = StratifiedFolds.Deal(preparation.Target, !_isQuantity, Folds, new DeterministicRandom(preparation.Seed));
        _weights = [.. Enumerable.Range(0, Folds).Select(_ => new double[names.Length])];
        _sums = [.. Enumerable.Range(0, Folds).Select(_ => new double[names.Length * _outputs])];
        for (var row = 0; row < levels.Length; row++)
        {
            var weight = preparation.Weights?[row] ?? 1;
            _weights[_folds[row]][levels[row]] += weight;
            for (var output = 0; output < _outputs; output++)
            {
                _sums[_folds[row]][(levels[row] * _outputs) + output] += weight * Outcome(row, output);
            }
        }
    }

    /// <summary>What each level becomes, learned from all rows: for each output one number per level.</summary>
    public float[][] ByLevel() => Means(without: -1).Means;

    /// <summary>What a level becomes that training has not seen, for each output.</summary>
    public float[] Priors() => Means(without: -1).Priors;

    /// <summary>For each output what the training rows are given.</summary>
    public float[][] OutOfFold()
    {
        var columns = new float[_outputs][];
        for (var output = 0; output < _outputs; output++)
        {
            columns[output] = new float[_levels.Length];
        }

        for (var fold = 0; fold < Folds; fold++)
        {
            var (means, _) = Means(without: fold);
            for (var row = 0; row < _levels.Length; row++)
            {
                for (var output = 0; output < _outputs && _folds[row] == fold; output++)
                {
                    columns[output][row] = means[output][_levels[row]];
                }
            }
        }

        return columns;
    }

    private double Outcome(int row, int output)
    {
        var target = _preparation.Target[row];
        return _isQuantity ? target : target == (_outputs is 1 ? 1 : output) ? 1 : 0;
    }

    private (float[][] Means, float[] Priors) Means(int without)
    {
        var folds = Enumerable.Range(0, Folds).Where(fold => fold != without).ToArray();
        var weight = folds.Sum(fold => _weights[fold].Sum());
        var means = new float[_outputs][];
        var priors = new float[_outputs];
        for (var output = 0; output < _outputs; output++)
        {
            var sum = folds.Sum(fold => Enumerable.Range(0, _names.Length).Sum(level => _sums[fold][(level * _outputs) + output]));
            var prior = weight > 0 ? sum / weight : 0;
            priors[output] = (float)prior;
            means[output] = new float[_names.Length];
            for (var level = 0; level < _names.Length; level++)
            {
                var ofLevel = folds.Sum(fold => _weights[fold][level]) + _smoothing;
                var total = folds.Sum(fold => _sums[fold][(level * _outputs) + output]) + (_smoothing * prior);
                means[output][level] = ofLevel > 0 ? (float)(total / ofLevel) : (float)prior;
            }
        }

        return (means, priors);
    }
}
