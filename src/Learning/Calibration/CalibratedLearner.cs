using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A learner of classes whose probabilities are calibrated, or whose threshold is chosen, as part of the model.</summary>
/// <remarks>
/// The rows are cut into folds, of each class alike; each fold is predicted by a model of the others, and on these
/// predictions the calibration is learned. The model that is calibrated is learned from all rows. Its name, hyperparameters and
/// progress are the inner learner's.
/// </remarks>
public sealed class CalibratedLearner : ILearner
{
    private readonly ILearner _inner;
    private readonly CalibrationSpec _spec;

    private CalibratedLearner(ILearner inner, CalibrationSpec spec) => (_inner, _spec) = (inner, spec);

    public string Name => _inner.Name;

    public IReadOnlyList<TaskType> Tasks => _inner.Tasks;

    public IReadOnlyList<Hyperparameter> Hyperparameters => _inner.Hyperparameters;

    public string? Unavailable => _inner.Unavailable;

    public bool CanBeMonotone => _inner.CanBeMonotone;

    /// <summary>The learner as the spec would have it calibrated; the learner itself if it asks for nothing.</summary>
    public static ILearner Compose(ILearner learner, CalibrationSpec? spec) =>
        spec is null or { Method: null, Threshold: null, MaximizeMetric: null } ? learner : new CalibratedLearner(learner, spec);

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var signature = data.Signature;
        TrainingChecks.Refuse(signature.Task is TaskType.Regression, "Only classification has probabilities to calibrate.");
        TrainingChecks.Refuse(
            signature.Task is not TaskType.Binary && (_spec.Threshold is not null || _spec.MaximizeMetric is not null),
            "Only two classes are told apart by a threshold.");
        var model = _inner.Train(data, options, cancellationToken) as IProbabilityGraph
            ?? throw new TrainingRefusedException($"Models of {_inner.Name} cannot be calibrated.");
        if (_spec is { Method: null, MaximizeMetric: null })
        {
            return new CalibratedModel(Name, signature, model, null, null, _spec.Threshold);
        }

        var unseen = PredictUnseen(data, options with { Progress = null }, cancellationToken);
        var calibration = _spec.Method is { } method
            ? ClassCalibration.Learn(method, unseen, data.Target, signature.Classes.Count, data.Weights)
            : null;
        var calibrated = calibration?.Apply(unseen) ?? unseen;
        var threshold = _spec.MaximizeMetric is { } metric
            ? DecisionThresholds.Best(
                [.. calibrated.Where((_, index) => index % 2 is 1)], Array.ConvertAll(data.Target, truth => truth is 1), metric)
            : _spec.Threshold;
        return new CalibratedModel(Name, signature, model, calibration, _spec.Method, threshold);
    }

    /// <summary>Each row's probabilities from a model that has not seen it, in single precision as the graph has them.</summary>
    private float[] PredictUnseen(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var classes = data.Signature.Classes.Count;
        var rarest = Enumerable.Range(0, classes).MinBy(k => data.Target.Count(truth => truth == k));
        TrainingChecks.Refuse(
            data.Target.Count(truth => truth == rarest) < 2,
            $"Calibration needs at least 2 rows of the class '{data.Signature.Classes[rarest]}'.");
        var folds = StratifiedFolds.Deal(data.Target, true, _spec.Folds, new DeterministicRandom(options.Seed));
        var predictions = new float[data.Target.Length * classes];
        for (var fold = 0; fold < _spec.Folds; fold++)
        {
            int[] held = [.. Enumerable.Range(0, folds.Length).Where(row => folds[row] == fold)];
            if (held.Length is 0)
            {
                continue;
            }

            var model = _inner.Train(Rows(data, row => folds[row] != fold), options, cancellationToken);
            var predicted = model.Predict(data.Features.Take(held));
            for (var i = 0; i < predicted.Length; i++)
            {
                predictions[(held[i / classes] * classes) + (i % classes)] = (float)predicted[i];
            }
        }

        return predictions;
    }

    private static TrainingData Rows(TrainingData data, Func<int, bool> isIn)
    {
        int[] rows = [.. Enumerable.Range(0, data.Target.Length).Where(isIn)];
        return data with
        {
            Features = data.Features.Take(rows),
            Target = Array.ConvertAll(rows, row => data.Target[row]),
            Weights = data.Weights is { } weights ? Array.ConvertAll(rows, row => weights[row]) : null,
        };
    }
}
