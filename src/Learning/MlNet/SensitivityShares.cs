using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>How much each feature matters to a model that is a closed box.</summary>
internal static class SensitivityShares
{
    /// <summary>The mean change of predictions when a feature's values are shuffled among the rows, as shares that sum to 1.</summary>
    public static IReadOnlyDictionary<string, double> Of(ITrainedModel model, DataFrame rows, ModelSignature signature, int seed)
    {
        var random = new DeterministicRandom(seed);
        var usual = model.Predict(rows);
        var changes = new double[signature.Features.Count];
        var order = Enumerable.Range(0, rows.RowCount).ToArray();
        for (var i = 0; i < changes.Length; i++)
        {
            random.Shuffle(order);
            var name = signature.Features[i].Name;
            var shuffled = new DataFrame([.. rows.Columns.Select(column => column.Schema.Name == name ? column.Take(order) : column)]);
            changes[i] = model.Predict(shuffled).Zip(usual, (left, right) => Math.Abs(left - right)).Average();
        }

        return FeatureImportance.Share(signature, [.. Enumerable.Range(0, changes.Length)], changes);
    }
}
