using Mlops.Training;

namespace Mlops.Learning;

/// <summary>From a table to the bins that trees learn from.</summary>
internal static class TreeTable
{
    /// <param name="random">Draws the rows from which bins are learned.</param>
    /// <returns>How features become columns, the rows to learn from, and the rows to validate on if options name some.</returns>
    /// <exception cref="TrainingRefusedException">The data cannot be learned from.</exception>
    public static (TreeEncoding Encoding, BoostingTable Train, BoostingTable? Validation) Read(
        TrainingData data, TrainingOptions options, ILearner learner, int maxBins, DeterministicRandom random)
    {
        TrainingChecks.Require(data, learner);
        TrainingChecks.Refuse(data.Weights is { } weights && !(weights.Sum() > 0), "All rows weigh nothing.");
        var features = RawFeatures.Read(data.Features, data.Signature);
        var encoding = TreeEncoding.Learn(features, data.Signature, Preparation.Of(data, options), out var columns);
        var matrix = BinnedMatrix.Build(columns, encoding.Levels, features.Rows, maxBins, random, options.Threads);
        TrainingChecks.RequireUsable(matrix.Columns.Select(column => column.IsUsable));
        var train = new BoostingTable(matrix, data.Target, data.Weights);
        if (options.Validation is not { Target.Length: > 0 } held)
        {
            return (encoding, train, null);
        }

        var heldFeatures = RawFeatures.Read(held.Features, data.Signature);
        var heldMatrix = matrix.Apply(encoding.Columns(heldFeatures), heldFeatures.Rows, options.Threads);
        return (encoding, train, new BoostingTable(heldMatrix, held.Target, held.Weights));
    }
}
