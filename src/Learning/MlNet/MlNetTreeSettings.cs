using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The hyperparameters that ML.NET's boosted trees have in common, with its defaults.</summary>
internal static class MlNetTreeSettings
{
    public static readonly Hyperparameter Rounds =
        new("rounds", 100, 1, 10_000, true, "How many trees are grown, per class if there are more than two.")
        {
            Search = new SuggestedRange(20, 500, IsLogarithmic: true),
        };

    public static readonly Hyperparameter LearningRate =
        new("learningRate", 0.2, 1e-4, 1, false, "The factor on what each tree adds.")
        {
            Search = new SuggestedRange(0.01, 0.4, IsLogarithmic: true),
        };

    public static readonly Hyperparameter MaxLeaves = new("maxLeaves", 20, 2, 4_096, true, "The most leaves of a tree.")
    {
        Search = new SuggestedRange(4, 128, IsLogarithmic: true),
    };

    public static readonly Hyperparameter MinRowsPerLeaf = new("minRowsPerLeaf", 10, 1, 1e6, true, "The fewest training rows in a leaf.")
    {
        Search = new SuggestedRange(1, 100, IsLogarithmic: true),
    };

    public static IReadOnlyList<Hyperparameter> All { get; } = [Rounds, LearningRate, MaxLeaves, MinRowsPerLeaf];
}
