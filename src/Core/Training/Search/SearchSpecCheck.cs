namespace Mlops.Training;

/// <summary>Finds everything that is wrong with a search before any data is read.</summary>
internal static class SearchSpecCheck
{
    public const int MaxTrials = 10_000;

    private const int MaxParallel = 64;
    private const int MaxMinutes = 10_080;
    private const int MaxCandidates = 1000;
    private const int MaxObjectives = 4;
    private const int MaxEarlierStudies = 20;
    private const int MaxName = 256;

    /// <summary>What may be sought besides the metrics of an evaluation.</summary>
    private static readonly string[] OtherObjectives = ["latency", "size"];

    private static readonly SamplerSpec DefaultSampler = new();

    /// <param name="learner">Whose hyperparameters are searched; null if the search chooses the learner.</param>
    public static IEnumerable<SpecError> Check(SearchSpec search, string path, ILearner? learner)
    {
        var errors = new List<SpecError>();
        var faults = new SpecFaults(path, errors);
        SearchSpaceCheck.Check(search, faults, learner);
        CheckObjectives(search.Objectives, faults);
        CheckSampler(search.Sampler, faults.Below("sampler"));
        CheckPruner(search, faults);
        faults.RequireRange(search.Trials, 1, MaxTrials, "trials");
        faults.RequireRange(search.Parallel, 1, MaxParallel, "parallel");
        faults.Require(search.MaxMinutes is null or (> 0 and <= MaxMinutes), "maxMinutes", $"expected a number over 0 and at most {MaxMinutes}");
        faults.RequireRange(search.Patience, 1, MaxTrials, "patience");
        CheckWarmStart(search.WarmStart, faults);
        return errors;
    }

    private static void CheckObjectives(IReadOnlyList<ObjectiveSpec>? objectives, SpecFaults faults)
    {
        if (objectives is null)
        {
            return;
        }

        var known = MetricCatalog.All.Select(metric => metric.Name).Concat(OtherObjectives).ToList();
        faults.Require(objectives.Count is > 0 and <= MaxObjectives, "objectives", $"expected 1 to {MaxObjectives} objectives");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < objectives.Count; i++)
        {
            // Reading JSON does not look for null in a list.
            if (faults.Require(objectives[i] is not null, $"objectives[{i}]", "must not be null")
                && faults.Require(known.Contains(objectives[i].Metric), $"objectives[{i}].metric", TrainingSpecCheck.OneOf(known)))
            {
                faults.Require(seen.Add(objectives[i].Metric), $"objectives[{i}].metric", $"'{objectives[i].Metric}' is named twice");
            }
        }
    }

    private static void CheckSampler(SamplerSpec? sampler, SpecFaults faults)
    {
        if (sampler is null)
        {
            return;
        }

        faults.Require(Enum.IsDefined(sampler.Kind), "kind", TrainingSpecCheck.OneOf(Words<SamplerKind>()));
        if (sampler.Kind is SamplerKind.Tpe)
        {
            faults.RequireRange(sampler.StartupTrials, 0, MaxTrials, "startupTrials");
            faults.RequireRange(sampler.Candidates, 1, MaxCandidates, "candidates");
            return;
        }

        const string OnlyTpe = "expected nothing: only the tpe sampler has it";
        faults.Require(sampler.Multivariate == DefaultSampler.Multivariate, "multivariate", OnlyTpe);
        faults.Require(sampler.StartupTrials == DefaultSampler.StartupTrials, "startupTrials", OnlyTpe);
        faults.Require(sampler.Candidates == DefaultSampler.Candidates, "candidates", OnlyTpe);
    }

    private static void CheckPruner(SearchSpec search, SpecFaults faults)
    {
        if (search.Pruner is not { } pruner)
        {
            return;
        }

        PrunerSpecCheck.Check(pruner, faults.Below("pruner"));
        if (pruner.Kind is not PrunerKind.None && search.Objectives is { } objectives)
        {
            faults.Require(objectives.Count <= 1, "pruner", "expected none: with several objectives every trial is ended");
            faults.Require(
                objectives is not [{ } first, ..] || !OtherObjectives.Contains(first.Metric), "pruner",
                "expected none: latency and size are not known before a trial has ended");
        }
    }

    private static void CheckWarmStart(IReadOnlyList<string>? studies, SpecFaults faults)
    {
        if (studies is null)
        {
            return;
        }

        faults.Require(studies.Count is > 0 and <= MaxEarlierStudies, "warmStart", $"expected 1 to {MaxEarlierStudies} studies");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < studies.Count; i++)
        {
            if (faults.Require(studies[i] is { Length: > 0 and <= MaxName }, $"warmStart[{i}]", "expected the id of a study"))
            {
                faults.Require(seen.Add(studies[i]), $"warmStart[{i}]", $"'{studies[i]}' is named twice");
            }
        }
    }

    /// <summary>The values of an enumeration as JSON has them.</summary>
    internal static IEnumerable<string> Words<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(name => char.ToLowerInvariant(name[0]) + name[1..]);
}
