using Mlops.Training;

namespace Mlops.Learning;

internal static class WeightedMean
{
    /// <summary>The mean of the target, each row counting as much as its weight.</summary>
    public static double Of(TrainingData data) => data.Weights is { } weights
        ? data.Target.Zip(weights, (value, weight) => value * weight).Sum() / weights.Sum()
        : data.Target.Average();
}
