using Mlops.Storage;

namespace Mlops.Training;

/// <summary>What Optuna 3.1 computed and decided; golden/make_search.py says how.</summary>
internal sealed record SearchGolden(
    IReadOnlyList<SearchGolden.Densities> Parzen,
    IReadOnlyList<SearchGolden.Split> Splits,
    IReadOnlyList<SearchGolden.Pruning> Prunings,
    IReadOnlyList<SearchGolden.DominatedSpace> Hypervolumes,
    IReadOnlyList<SearchGolden.Shares> Importances)
{
    public static SearchGolden Read { get; } = Documents.Read<SearchGolden>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Training/Search/golden/search.json")));

    internal sealed record Densities(
        IReadOnlyDictionary<string, ParameterSpec> Space,
        double[][] Observed,
        bool Multivariate,
        double[][] At,
        double[] LogDensity,
        double[]? Weights = null);

    internal sealed record Split(
        bool[] Maximize, IReadOnlyList<Recorded> Trials, int Finished, int[] Below, int[] Above, double[]? Weights = null);

    internal sealed record Pruning(PrunerSpec Spec, bool Maximize, bool[][] Decisions, IReadOnlyList<Recorded> Trials);

    internal sealed record DominatedSpace(double[][] Points, double[] Reference, double Volume);

    internal sealed record Shares(
        IReadOnlyDictionary<string, ParameterSpec> Space,
        bool Maximize,
        double[][] Columns,
        double[] Values,
        IReadOnlyDictionary<string, double> Importance);

    /// <param name="Reports">Step and value, null for what is no number.</param>
    internal sealed record Recorded(TrialState State, double?[][] Reports, double[]? Values = null)
    {
        public Trial AsTrial(int number) => new(number, State, new Dictionary<string, HyperparameterValue>(), Values, Intermediate);

        public IReadOnlyList<IntermediateValue> Intermediate =>
            [.. Reports.Select(report => new IntermediateValue((int)(report[0] ?? 0), report[1] ?? double.NaN))];
    }
}
