using Mlops.Training;

namespace Mlops.Learning;

internal static class ClassShares
{
    /// <summary>The share of each class in the weight of all rows, in signature order, summing to 1.</summary>
    public static double[] Of(TrainingData data)
    {
        var shares = new double[data.Signature.Classes.Count];
        for (var row = 0; row < data.Target.Length; row++)
        {
            shares[(int)data.Target[row]] += data.Weights?[row] ?? 1;
        }

        var total = shares.Sum();
        return Array.ConvertAll(shares, share => share / total);
    }
}
