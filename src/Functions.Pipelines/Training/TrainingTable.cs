using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>A training's data as its steps need it, read anew by each from the same version.</summary>
public sealed class TrainingTable(DatasetStore datasets, TrainingFiles files)
{
    /// <exception cref="InvalidOperationException">The resolved version is gone, which is a broken promise.</exception>
    public async Task<DataFrame> ReadAsync(OnData step, CancellationToken cancellationToken)
    {
        var tenant = TenantId.Parse(step.Training.Request.Tenant);
        var version = await datasets.FindAsync(tenant, DatasetName.Parse(step.Data.Dataset), step.Data.Version, cancellationToken)
            ?? throw new InvalidOperationException($"Version {step.Data.Version} of data set '{step.Data.Dataset}' is gone.");
        return await datasets.ReadFrameAsync(tenant, version, cancellationToken);
    }

    /// <summary>The rows that teach and the rows that test, features in signature order.</summary>
    public async Task<PreparedRows> ReadSplitAsync(OnData step, CancellationToken cancellationToken)
    {
        var tenant = TenantId.Parse(step.Training.Request.Tenant);
        var id = step.Training.Request.Id;
        var frame = await ReadAsync(step, cancellationToken);
        var signature = await files.ReadAsync<ModelSignature>(tenant, id, TrainingFiles.Plan, cancellationToken);
        var split = await files.ReadAsync<HoldOut>(tenant, id, TrainingFiles.Split, cancellationToken);
        var target = TrainingPlan.Encode(frame[signature.Target], signature);
        return new PreparedRows(
            signature,
            new LearningRows(frame, target).Take(split.Train),
            frame.Take(split.Test),
            Array.ConvertAll(split.Test, row => target[row]));
    }
}

/// <summary>Both parts of a split.</summary>
/// <param name="Training">The rows that teach, every column of them, for weights and groups are no features.</param>
/// <param name="HeldOut">Every column of the rows that test, for another model may look at other columns.</param>
/// <param name="HeldOutTarget">Their class index or value.</param>
public sealed record PreparedRows(ModelSignature Signature, LearningRows Training, DataFrame HeldOut, double[] HeldOutTarget)
{
    /// <summary>The features of the rows that teach, in signature order.</summary>
    public DataFrame Train => Training.Frame.Select(Signature.Features.Select(feature => feature.Name));

    /// <summary>The class index or value of the rows that teach.</summary>
    public double[] TrainTarget => Training.Target;
}
