namespace Mlops.Training;

/// <summary>Samplers and pruners by their specs, which have been checked.</summary>
public static class SearchStrategies
{
    /// <param name="spec">TPE if absent.</param>
    /// <param name="pruner">Of the same search: under Hyperband a sampler sees only the bracket of its trial.</param>
    public static ISampler Sampler(SamplerSpec? spec, PrunerSpec? pruner = null)
    {
        var sampler = Sampler(spec ?? new SamplerSpec());
        return sampler is TpeSampler && pruner?.Kind is PrunerKind.Hyperband ? new BracketSampler(sampler, Hyperband(pruner)) : sampler;
    }

    /// <param name="spec">No pruning if absent.</param>
    public static IPruner Pruner(PrunerSpec? spec) => spec is null ? new NopPruner() : spec.Kind switch
    {
        PrunerKind.None => new NopPruner(),
        PrunerKind.Median => Percentile(spec, 50),
        PrunerKind.Percentile => Percentile(spec, spec.Percentile ?? 50),
        PrunerKind.SuccessiveHalving =>
            new SuccessiveHalvingPruner(spec.MinResource, spec.ReductionFactor ?? 4, spec.MinEarlyStoppingRate ?? 0),
        PrunerKind.Hyperband => Hyperband(spec),
        PrunerKind.Patient =>
            new PatientPruner(spec.Wrapped is { } wrapped ? Pruner(wrapped) : null, spec.Patience ?? 0, spec.MinDelta ?? 0),
        PrunerKind.Threshold => new ThresholdPruner(
            spec.Lower ?? double.NegativeInfinity, spec.Upper ?? double.PositiveInfinity, spec.WarmupSteps ?? 0, spec.IntervalSteps ?? 1),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "There is no such pruner."),
    };

    private static ISampler Sampler(SamplerSpec spec) => spec.Kind switch
    {
        SamplerKind.Random => new RandomSampler(),
        SamplerKind.Grid => new GridSampler(),
        SamplerKind.Sobol => new SobolSampler(),
        SamplerKind.Tpe => new TpeSampler(spec.Multivariate, spec.StartupTrials, spec.Candidates),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "There is no such sampler."),
    };

    private static PercentilePruner Percentile(PrunerSpec spec, double percentile) =>
        new(percentile, spec.StartupTrials ?? 5, spec.WarmupSteps ?? 0, spec.IntervalSteps ?? 1, spec.MinTrials ?? 1);

    private static HyperbandPruner Hyperband(PrunerSpec spec) =>
        new(spec.MinResource ?? 1, spec.MaxResource, spec.ReductionFactor ?? 3);

    private sealed class BracketSampler(ISampler sampler, HyperbandPruner hyperband) : ISampler
    {
        public IReadOnlyDictionary<string, HyperparameterValue> Suggest(StudyView study, int number) =>
            sampler.Suggest(hyperband.BracketOf(study, number), number);
    }
}
