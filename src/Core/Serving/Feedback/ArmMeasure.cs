namespace Mlops.Serving;

/// <summary>Sums over the predictions of one arm and version.</summary>
internal sealed class ArmMeasure
{
    /// <summary>As evaluations clip, since scores are float32.</summary>
    private const double Clip = 1.1920929e-7;

    private readonly ScoreSample _scores = new();
    private long _predictions;
    private long _labelled;
    private long _unusable;
    private long _rewarded;
    private double _reward;
    private long _classified;
    private long _binary;
    private long _correct;
    private double _logLoss;
    private double _brier;
    private long _measured;
    private double _squared;
    private double _absolute;

    public void Add(LoggedOutput output, KnownOutcome? known)
    {
        _predictions++;
        if (known?.Reward is { } reward)
        {
            _rewarded++;
            _reward += reward;
        }

        if (known?.Label is not { } label)
        {
            return;
        }

        _labelled++;
        if (output.Probabilities is { } probabilities && probabilities.TryGetValue(label, out var believed))
        {
            Classified(output, label, believed, probabilities);
        }
        else if (output.Value is { } value && LivePerformance.TryNumber(label, out var truth))
        {
            _measured++;
            _squared += (value - truth) * (value - truth);
            _absolute += Math.Abs(value - truth);
        }
        else
        {
            _unusable++;
        }
    }

    public ArmPerformance Report(string arm, string model, int version)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Put("accuracy", _correct, _classified);
        Put("logLoss", _logLoss, _classified);
        Put("brier", _brier, _binary);
        Put("mae", _absolute, _measured);
        if (_measured > 0)
        {
            metrics.Add("rmse", Math.Sqrt(_squared / _measured));
        }

        if (_scores.RocAuc() is { } area)
        {
            metrics.Add("rocAuc", area);
        }

        return new ArmPerformance(
            arm,
            model,
            version,
            _predictions,
            _labelled,
            _predictions is 0 ? 0 : (double)_labelled / _predictions,
            _unusable,
            _rewarded,
            _rewarded is 0 ? null : _reward / _rewarded,
            metrics);

        void Put(string name, double sum, long count)
        {
            if (count > 0)
            {
                metrics.Add(name, sum / count);
            }
        }
    }

    private void Classified(LoggedOutput output, string label, double believed, IReadOnlyDictionary<string, double> probabilities)
    {
        _classified++;
        _correct += output.Label == label ? 1 : 0;
        _logLoss -= Math.Log(Math.Clamp(believed, Clip, 1 - Clip));
        if (probabilities.Count is 2)
        {
            var (positive, score) = probabilities.Last();
            var isPositive = label == positive;
            _binary++;
            _brier += (score - (isPositive ? 1 : 0)) * (score - (isPositive ? 1 : 0));
            _scores.Add((float)score, isPositive);
        }
    }
}
