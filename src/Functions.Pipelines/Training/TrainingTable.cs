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

    /// <summary>Every column of the rows that teach.</summary>
    public async Task<DataFrame> ReadTrainingRowsAsync(OnData step, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var frame = await ReadAsync(step, cancellationToken);
        var split = await files.ReadAsync<HoldOut>(TenantId.Parse(request.Tenant), request.Id, TrainingFiles.Split, cancellationToken);
        return frame.Take(split.Train);
    }

    /// <summary>The rows that teach and the rows that test, features in signature order.</summary>
    public async Task<PreparedRows> ReadSplitAsync(OnData step, CancellationToken cancellationToken)
    {
        var tenant = TenantId.Parse(step.Training.Request.Tenant);
        var id = step.Training.Request.Id;
        var frame = await ReadAsync(step, cancellationToken);
        var signature = await files.ReadAsync<ModelSignature>(tenant, id, TrainingFiles.Plan, cancellationToken);
        var split = await files.ReadAsync<HoldOut>(tenant, id, TrainingFiles.Split, cancellationToken);
        var features = signature.Features.Select(feature => feature.Name);
        var target = TrainingPlan.Encode(frame[signature.Target], signature);
        return new PreparedRows(
            signature,
            frame.Select(features).Take(split.Train),
            Array.ConvertAll(split.Train, row => target[row]),
            frame.Take(split.Test),
            Array.ConvertAll(split.Test, row => target[row]));
    }
}

/// <summary>Both parts of a split.</summary>
/// <param name="Train">The features of the rows that teach.</param>
/// <param name="TrainTarget">Their class index or value.</param>
/// <param name="HeldOut">Every column of the rows that test, for another model may look at other columns.</param>
/// <param name="HeldOutTarget">Their class index or value.</param>
public sealed record PreparedRows(
    ModelSignature Signature, DataFrame Train, double[] TrainTarget, DataFrame HeldOut, double[] HeldOutTarget);
