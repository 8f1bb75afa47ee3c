using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What random forests and extra trees are both set by.</summary>
internal static class ForestSettings
{
    private static readonly Hyperparameter Trees =
        new("trees", 100, 1, 10_000, true, "How many trees are averaged.", null, new(50, 500, true));

    private static readonly Hyperparameter MaxDepth = new("maxDepth", 0, 0, 64, true, "The most splits from root to leaf; 0 for no limit.");

    private static readonly Hyperparameter MinRowsPerLeaf =
        new("minRowsPerLeaf", 1, 1, 1e6, true, "The fewest different training rows in a leaf.", null, new(1, 20, true));

    private static readonly Hyperparameter ColumnSampleByNode = new(
        "columnSampleByNode", 0, 0, 1, false,
        "The share of columns that each split chooses from; 0 for the square root of their number, or for quantities a third.",
        null,
        new(0.1, 1));

    private static readonly Hyperparameter MaxBins =
        new("maxBins", FeatureBins.MaxBins, 2, FeatureBins.MaxBins, true, "The most bins a column is cut into.");

    public static IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass, TaskType.Regression];

    public static IReadOnlyList<Hyperparameter> Shared { get; } = [Trees, MaxDepth, MinRowsPerLeaf, ColumnSampleByNode, MaxBins];

    /// <param name="columns">How many columns tell rows apart.</param>
    public static ForestPlan Plan(Settings settings, int columns, TaskType task)
    {
        var depth = settings.Integer(MaxDepth);
        var share = settings[ColumnSampleByNode];
        var byNode = share > 0 ? share * columns : task is TaskType.Regression ? columns / 3.0 : Math.Sqrt(columns);
        return new ForestPlan(
            settings.Integer(Trees),
            depth is 0 ? int.MaxValue : depth,
            settings.Integer(MinRowsPerLeaf),
            Math.Max(1, (int)byNode),
            RowSample: 0,
            RandomThresholds: false);
    }

    public static int Bins(Settings settings) => settings.Integer(MaxBins);
}
