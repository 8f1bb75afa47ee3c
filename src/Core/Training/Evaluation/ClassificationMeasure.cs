namespace Mlops.Training;

/// <summary>What class probabilities are worth.</summary>
/// <remarks>
/// <para>Definitions are those of scikit-learn. A row's prediction is its most probable class, the first of equals; of two classes with
/// a decision threshold it is the last one where its probability reaches the threshold. Precision, recall, F1 and Brier are of
/// the last class, which is the positive one, and only for two classes; a ratio whose denominator is 0 counts as 0. Of more than two
/// classes the areas are the unweighted means of each class against all others. Log loss clips probabilities to the smallest float32
/// step from 0 and 1.</para>
/// <para>The expected calibration error is that of Guo et al. (2017) over 15 bins of equal width: of two classes for the probability
/// of the positive one, of more for that of the predicted one.</para>
/// <para>Counts of two classes are by falling score, of more by row.</para>
/// </remarks>
internal sealed class ClassificationMeasure : IMeasure
{
    public const int CalibrationBins = 15;

    /// <summary>scikit-learn clips at the resolution of the predictions' type; the exported model gives float32.</summary>
    private const double Clip = 1.1920929e-7;

    private static readonly string[] Common =
    [
        "rocAuc", "prAuc", "accuracy", "balancedAccuracy", "precisionMacro", "recallMacro", "f1Macro", "precisionWeighted",
        "recallWeighted", "f1Weighted", "mcc", "logLoss", "ece",
    ];

    private static readonly string[] OfTwo = [.. Common, "precision", "recall", "f1", "brier"];

    private readonly int _classes;
    private readonly RankedScores[] _ranked;
    private readonly int[] _cells;
    private readonly double[] _losses;
    private readonly double[] _squares;
    private readonly int[] _bins;
    private readonly double[] _gaps;

    public ClassificationMeasure(double[] probabilities, double[] target, int classes, double? threshold)
    {
        _classes = classes;
        var first = classes is 2 ? 1 : 0;
        _ranked = new RankedScores[classes is 2 ? 1 : classes];
        for (var k = 0; k < _ranked.Length; k++)
        {
            _ranked[k] = Ranked(probabilities, target, classes, k + first);
        }

        Rows = target.Length;
        _cells = new int[Rows];
        _losses = new double[Rows];
        _squares = new double[classes is 2 ? Rows : 0];
        _bins = new int[Rows];
        _gaps = new double[Rows];
        for (var i = 0; i < Rows; i++)
        {
            var row = classes is 2 ? _ranked[0].Order[i] : i;
            var truth = (int)target[row];
            var of = probabilities.AsSpan(row * classes, classes);
            var predicted = Predicted(of, threshold);
            _cells[i] = (truth * classes) + predicted;
            _losses[i] = Loss(of[truth]);
            var (believed, happened) = classes is 2 ? (of[1], truth is 1) : (of[predicted], truth == predicted);
            _bins[i] = CalibrationBin(believed);
            _gaps[i] = (happened ? 1 : 0) - believed;
            if (classes is 2)
            {
                _squares[i] = _gaps[i] * _gaps[i];
            }
        }
    }

    public int Rows { get; }

    public IReadOnlyList<string> Names => _classes is 2 ? OfTwo : Common;

    public int ScratchLength => (_classes * _classes) + CalibrationBins;

    public static RankedScores Ranked(double[] probabilities, double[] target, int classes, int positive)
    {
        var scores = new double[target.Length];
        for (var row = 0; row < scores.Length; row++)
        {
            scores[row] = probabilities[(row * classes) + positive];
        }

        return new RankedScores(scores, row => target[row] == positive);
    }

    /// <summary>The class that a row is given.</summary>
    public static int Predicted(ReadOnlySpan<double> probabilities, double? threshold)
    {
        if (threshold is { } least && probabilities.Length is 2)
        {
            return probabilities[1] >= least ? 1 : 0;
        }

        var best = 0;
        for (var k = 1; k < probabilities.Length; k++)
        {
            best = probabilities[k] > probabilities[best] ? k : best;
        }

        return best;
    }

    /// <summary>The bin of a probability: (0, 1/15], (1/15, 2/15] and so on, 0 in the first.</summary>
    public static int CalibrationBin(double probability) =>
        Math.Clamp((int)Math.Ceiling(probability * CalibrationBins) - 1, 0, CalibrationBins - 1);

    /// <param name="probability">That of the true class.</param>
    public static double Loss(double probability) => -Math.Log(Math.Clamp(probability, Clip, 1 - Clip));

    public void Compute(ReadOnlySpan<int> counts, Span<double> values, Span<double> scratch)
    {
        var confusion = scratch[..(_classes * _classes)];
        var gaps = scratch.Slice(confusion.Length, CalibrationBins);
        scratch.Clear();
        double loss = 0;
        long rows = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            var count = counts[i];
            rows += count;
            loss += count * _losses[i];
            confusion[_cells[i]] += count;
            gaps[_bins[i]] += count * _gaps[i];
        }

        Areas(counts, values);
        FromConfusion(confusion, rows, values[2..]);
        values[11] = loss / rows;
        double gap = 0;
        foreach (var of in gaps)
        {
            gap += Math.Abs(of);
        }

        values[12] = gap / rows;
        if (_classes is 2)
        {
            double squared = 0;
            for (var i = 0; i < counts.Length; i++)
            {
                squared += counts[i] * _squares[i];
            }

            var hits = confusion[3];
            values[13] = Ratio(hits, hits + confusion[1]);
            values[14] = Ratio(hits, hits + confusion[2]);
            values[15] = Ratio(2 * hits, (2 * hits) + confusion[1] + confusion[2]);
            values[16] = squared / rows;
        }
    }

    private static double Ratio(double part, double whole) => whole is 0 ? 0 : part / whole;

    private void Areas(ReadOnlySpan<int> counts, Span<double> values)
    {
        double roc = 0;
        double precision = 0;
        foreach (var ranked in _ranked)
        {
            var areas = ranked.Areas(counts, byRow: _classes is not 2);
            roc += areas.Roc;
            precision += areas.AveragePrecision;
        }

        values[0] = roc / _ranked.Length;
        values[1] = precision / _ranked.Length;
    }

    /// <summary>Accuracy, balanced accuracy, three macro and three weighted means, and Matthews' correlation (Gorodkin 2004).</summary>
    private void FromConfusion(ReadOnlySpan<double> confusion, double rows, Span<double> values)
    {
        double correct = 0;
        double recalls = 0;
        double trueByPredicted = 0;
        double trueSquared = 0;
        double predictedSquared = 0;
        var present = 0;
        values[..8].Clear();
        for (var k = 0; k < _classes; k++)
        {
            double truth = 0;
            double predicted = 0;
            for (var other = 0; other < _classes; other++)
            {
                truth += confusion[(k * _classes) + other];
                predicted += confusion[(other * _classes) + k];
            }

            var hits = confusion[(k * _classes) + k];
            var (precision, recall, f1) = (Ratio(hits, predicted), Ratio(hits, truth), Ratio(2 * hits, truth + predicted));
            correct += hits;
            recalls += recall;
            present += truth > 0 ? 1 : 0;
            trueByPredicted += truth * predicted;
            trueSquared += truth * truth;
            predictedSquared += predicted * predicted;
            values[2] += precision / _classes;
            values[3] += recall / _classes;
            values[4] += f1 / _classes;
            values[5] += precision * truth / rows;
            values[6] += recall * truth / rows;
            values[7] += f1 * truth / rows;
        }

        values[0] = correct / rows;
        values[1] = recalls / present;
        var spread = ((rows * rows) - trueSquared) * ((rows * rows) - predictedSquared);
        values[8] = spread > 0 ? ((correct * rows) - trueByPredicted) / Math.Sqrt(spread) : 0;
    }
}
