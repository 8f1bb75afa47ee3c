using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What an encoding learns from besides the features.</summary>
/// <param name="Columns">How single features are prepared, by name, where not as the learner would.</param>
/// <param name="Target">The class index or value of each training row.</param>
/// <param name="Weights">How much each training row counts; null if all count alike.</param>
/// <param name="Seed">The folds of target encoding come from it.</param>
internal sealed record Preparation(
    IReadOnlyDictionary<string, ColumnPreprocessing> Columns, double[] Target, double[]? Weights, int Seed)
{
    /// <summary>Every feature as the learner would have it.</summary>
    public static Preparation Default { get; } = new(new Dictionary<string, ColumnPreprocessing>(), [], null, 0);

    public static Preparation Of(TrainingData data, TrainingOptions options) =>
        new(options.Preprocessing ?? Default.Columns, data.Target, data.Weights, options.Seed);

    public ColumnPreprocessing For(string feature) => Columns.GetValueOrDefault(feature) ?? new ColumnPreprocessing();
}
