namespace Mlops.Training;

/// <summary>
/// Tree-structured Parzen estimator: models where good trials lie and where the others lie, and tries what is likely among the good and
/// unlikely among the others.
/// </summary>
/// <remarks>
/// Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011; several objectives after Ozaki et al., "Multiobjective
/// tree-structured Parzen estimator", JAIR 73 (2022); the choices that the papers leave open as in Optuna 3.1. Running trials count among
/// the others (a constant liar), so that parallel trials do not all go to one place.
/// </remarks>
/// <param name="multivariate">Whether parameters that always exist together are modelled together.</param>
/// <param name="startupTrials">How many trials must have ended before the model is used.</param>
/// <param name="candidates">How many are drawn from the good, of which the best is tried.</param>
public sealed class TpeSampler(bool multivariate, int startupTrials, int candidates) : ISampler
{
    public IReadOnlyDictionary<string, HyperparameterValue> Suggest(StudyView study, int number)
    {
        var random = TrialChance.Of(study.Seed, number);
        var split = TpeSplit.Of(study);
        if (split.Finished < startupTrials || split.Finished is 0)
        {
            return RandomSampler.Draw(study.Space, random);
        }

        var values = new Dictionary<string, HyperparameterValue>(study.Space.Parameters.Count, StringComparer.Ordinal);
        foreach (var group in Groups(study.Space))
        {
            if (group[0].ExistsUnder(values))
            {
                SampleGroup(group, split, random, values);
            }
        }

        return values;
    }

    /// <summary>The parameters that are modelled together, each group after those that its condition may look at.</summary>
    private IEnumerable<IReadOnlyList<SearchParameter>> Groups(SearchSpace space) => multivariate
        ? space.Parameters.GroupBy(parameter => Condition(parameter.When), StringComparer.Ordinal).Select(group => group.ToList())
        : space.Parameters.Select(parameter => new[] { parameter });

    private static string Condition(ParameterCondition? when) => when is null
        ? ""
        : when.Parameter + "\n" + string.Join('\n', when.In.Select(value => $"{value.IsNumber} {value}").Order(StringComparer.Ordinal));

    private void SampleGroup(
        IReadOnlyList<SearchParameter> group, TpeSplit split, DeterministicRandom random, Dictionary<string, HyperparameterValue> values)
    {
        var searched = group.Where(parameter => !parameter.Distribution.IsSingle).ToList();
        foreach (var parameter in group.Where(parameter => parameter.Distribution.IsSingle))
        {
            values[parameter.Name] = UnitInterval.ToValue(parameter.Distribution, 0);
        }

        if (searched.Count is 0)
        {
            return;
        }

        var codes = searched.Select(parameter => new ParameterCode(parameter.Distribution)).ToList();
        var good = Estimator(searched, codes, split.Below, split.BelowWeights);
        var others = Estimator(searched, codes, split.Above, null);
        var best = Best(good, others, random, codes.Count);
        for (var p = 0; p < best.Length; p++)
        {
            values[searched[p].Name] = codes[p].Decode(best[p]);
        }
    }

    private ParzenEstimator Estimator(
        List<SearchParameter> parameters, List<ParameterCode> codes, IReadOnlyList<Trial> trials, double[]? weights)
    {
        var columns = codes.Select(_ => new double[trials.Count]).ToList();
        var kept = new double[trials.Count];
        var count = 0;
        for (var t = 0; t < trials.Count; t++)
        {
            if (TryEncode(trials[t], parameters, codes, columns, count))
            {
                kept[count++] = weights?[t] ?? 0;
            }
        }

        return new ParzenEstimator(
            codes, [.. columns.Select(column => column[..count])], weights is null ? null : kept[..count], multivariate);
    }

    /// <returns>Whether the trial has all the parameters, with values that they may have.</returns>
    private static bool TryEncode(
        Trial trial, List<SearchParameter> parameters, List<ParameterCode> codes, List<double[]> columns, int row)
    {
        for (var p = 0; p < parameters.Count; p++)
        {
            var code = trial.Parameters.TryGetValue(parameters[p].Name, out var value) ? codes[p].Encode(value) : double.NaN;
            if (double.IsNaN(code))
            {
                return false;
            }

            columns[p][row] = code;
        }

        return true;
    }

    private double[] Best(ParzenEstimator good, ParzenEstimator others, DeterministicRandom random, int parameters)
    {
        var (best, bestScore) = (new double[parameters], double.NegativeInfinity);
        var candidate = new double[parameters];
        for (var i = 0; i < candidates; i++)
        {
            good.Sample(random, candidate);
            var score = good.LogDensity(candidate) - others.LogDensity(candidate);
            if (i is 0 || score > bestScore)
            {
                (best, candidate, bestScore) = (candidate, best, score);
            }
        }

        return best;
    }
}
