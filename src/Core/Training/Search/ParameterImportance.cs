namespace Mlops.Training;

/// <summary>Which parameters decided whether a trial was among the best.</summary>
/// <remarks>
/// PED-ANOVA (Watanabe, Bansal, Hutter, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary Subspaces", IJCAI
/// 2023): for each parameter the Pearson divergence between its density among the best tenth of the trials and among all, on a grid of up
/// to 50 values, as Optuna does it since 3.6. A conditional parameter is judged by the trials that have it.
/// </remarks>
public static class ParameterImportance
{
    private const double BestShare = 0.1;
    private const int LeastBest = 2;
    private const double Small = 1e-12;

    /// <summary>Of the first objective; pruned trials are left out.</summary>
    /// <returns>
    /// Shares that sum to 1, the greatest first, 0 for a parameter with but one value; all alike while there are two trials or fewer.
    /// </returns>
    public static IReadOnlyDictionary<string, double> Compute(StudyView study)
    {
        var trials = study.Completed().Where(trial => trial.Values is [var value, ..] && !double.IsNaN(value)).ToList();
        var best = Best(study, trials);
        var divergences = study.Space.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => parameter.Distribution.IsSingle ? 0 : Divergence(parameter, best, trials),
            StringComparer.Ordinal);
        var sum = divergences.Values.Sum();
        var searched = study.Space.Parameters.Count(parameter => !parameter.Distribution.IsSingle);
        return study.Space.Parameters
            .Select(parameter => (
                parameter.Name,
                Share: parameter.Distribution.IsSingle ? 0 : sum > 0 ? divergences[parameter.Name] / sum : 1.0 / searched))
            .OrderByDescending(share => share.Share)
            .ToDictionary(share => share.Name, share => share.Share, StringComparer.Ordinal);
    }

    /// <summary>The best tenth, two at the least, and those that are as good as the worst of them; none where there are no others.</summary>
    private static List<Trial> Best(StudyView study, List<Trial> trials)
    {
        if (trials.Count <= LeastBest)
        {
            return [];
        }

        var sorted = trials.Select(trial => study.Loss(trial.Values![0])).Order().ToList();
        var cutoff = sorted[Math.Max(LeastBest, (int)Math.Ceiling(BestShare * sorted.Count)) - 1];
        return [.. trials.Where(trial => study.Loss(trial.Values![0]) <= cutoff)];
    }

    private static double Divergence(SearchParameter parameter, List<Trial> best, List<Trial> all)
    {
        var (ofBest, ofAll) = (GridDensity.Of(parameter, best), GridDensity.Of(parameter, all));
        if (ofBest is null || ofAll is null)
        {
            return 0;
        }

        return ofBest.Zip(ofAll, (top, local) =>
        {
            var ratio = ((top + Small) / (local + Small)) - 1;
            return (local + Small) * ratio * ratio;
        }).Sum();
    }
}
