using Mlops.Data;
using Mlops.Learning;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>The one way in which a training's models are made: those of trials, of folds, and the one that is registered.</summary>
public sealed class LearnerFits(IEnumerable<ILearner> learners)
{
    /// <param name="choice">What learns, and how columns are prepared; the rest is the spec's.</param>
    /// <param name="threads">At most this many for each model.</param>
    public LearnerFit For(TrainingSpec spec, TrainingChoice choice, ModelSignature signature, int threads)
    {
        var learner = Find(choice.Learner.Name);
        var options = new TrainingOptions(
            choice.Learner.SettingsFor(learner),
            spec.Seed,
            threads,
            Preprocessing: choice.Preprocessing,
            Monotone: choice.Learner.Monotone);
        return new LearnerFit(CalibratedLearner.Compose(learner, spec.Calibration), options, spec.Weights, signature);
    }

    public ILearner Find(string name) => learners.First(known => known.Name == name);
}

/// <summary>A learner with everything that is settled settled: what is left open is the rows.</summary>
public sealed record LearnerFit(ILearner Learner, TrainingOptions Options, WeightSpec? Weights, ModelSignature Signature)
{
    /// <exception cref="TrainingRefusedException">The data cannot be learned from.</exception>
    public ITrainedModel Train(
        LearningRows rows, LearningRows? validation, Action<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Learner.Train(
            DataOf(rows),
            Options with { Progress = progress, Validation = validation is null ? null : DataOf(validation) },
            cancellationToken);

    /// <summary>The features with their targets and weights; balanced classes are balanced among these rows.</summary>
    /// <exception cref="TrainingRefusedException">The weights are none.</exception>
    public TrainingData DataOf(LearningRows rows) => new(
        rows.Frame.Select(Signature.Features.Select(feature => feature.Name)),
        rows.Target,
        Signature with { DecisionThreshold = null },
        TrainingWeights.Of(
            Weights, Signature, rows.Target, Weights?.Column is { } column ? (NumericColumn)rows.Frame[column] : null));
}
