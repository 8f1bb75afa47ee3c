using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>The one way in which a training's models are made: those of trials and the one that is registered.</summary>
public sealed class LearnerFits(IEnumerable<ILearner> learners)
{
    /// <param name="threads">At most this many for each model.</param>
    public Fit For(TrainingSpec spec, TrainingChoice choice, ModelSignature signature, int threads)
    {
        var learner = Find(choice.Learner.Name);
        var settings = choice.Learner.SettingsFor(learner);
        var features = signature.Features.Select(feature => feature.Name).ToList();
        return (rows, validation, progress, cancellationToken) => learner.Train(
            DataOf(rows),
            new TrainingOptions(
                settings,
                spec.Seed,
                threads,
                progress,
                choice.Preprocessing,
                choice.Learner.Monotone,
                validation is null ? null : DataOf(validation)),
            cancellationToken);

        TrainingData DataOf(LearningRows rows) => new(rows.Frame.Select(features), rows.Target, signature);
    }

    public ILearner Find(string name) => learners.First(known => known.Name == name);
}
