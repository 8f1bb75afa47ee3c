using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>Weights of encoded columns gathered into shares of the features that they were made from.</summary>
internal static class FeatureImportance
{
    /// <param name="origins">The index in the signature of the feature that each column was made from.</param>
    /// <param name="weights">How much each column matters, not negative.</param>
    /// <returns>By feature name, summing to 1; all 0 if the weights are.</returns>
    public static IReadOnlyDictionary<string, double> Share(
        ModelSignature signature, IReadOnlyList<int> origins, IReadOnlyList<double> weights)
    {
        var shares = new double[signature.Features.Count];
        for (var i = 0; i < weights.Count; i++)
        {
            shares[origins[i]] += weights[i];
        }

        var total = shares.Sum();
        return signature.Features
            .Select((feature, index) => (feature.Name, Share: total > 0 ? shares[index] / total : 0))
            .ToDictionary(pair => pair.Name, pair => pair.Share, StringComparer.Ordinal);
    }

    /// <summary>The signature indices of the numeric features, then those of the others: the order of encoded columns.</summary>
    public static (int[] Numbers, int[] Strings) Positions(ModelSignature signature)
    {
        var indices = Enumerable.Range(0, signature.Features.Count).ToLookup(index => signature.Features[index].IsNumeric);
        return ([.. indices[true]], [.. indices[false]]);
    }
}
