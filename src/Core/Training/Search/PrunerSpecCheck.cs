namespace Mlops.Training;

/// <summary>Finds everything that is wrong with a pruner: what its kind needs, what it must not have, and what is out of range.</summary>
internal static class PrunerSpecCheck
{
    private const int MaxSteps = 1_000_000;
    private const int MaxReductionFactor = 100;
    private const int MaxRungsLeftOut = 20;

    /// <summary>The fields that each kind has.</summary>
    private static readonly Dictionary<PrunerKind, string[]> Fields = new()
    {
        [PrunerKind.None] = [],
        [PrunerKind.Median] = ["startupTrials", "warmupSteps", "intervalSteps", "minTrials"],
        [PrunerKind.Percentile] = ["percentile", "startupTrials", "warmupSteps", "intervalSteps", "minTrials"],
        [PrunerKind.SuccessiveHalving] = ["minResource", "reductionFactor", "minEarlyStoppingRate"],
        [PrunerKind.Hyperband] = ["minResource", "maxResource", "reductionFactor"],
        [PrunerKind.Patient] = ["patience", "minDelta", "wrapped"],
        [PrunerKind.Threshold] = ["lower", "upper", "warmupSteps", "intervalSteps"],
    };

    public static void Check(PrunerSpec pruner, SpecFaults faults)
    {
        if (!faults.Require(
            Fields.TryGetValue(pruner.Kind, out var allowed), "kind", TrainingSpecCheck.OneOf(SearchSpecCheck.Words<PrunerKind>()))
            || allowed is null)
        {
            return;
        }

        foreach (var (field, _) in Given(pruner).Where(field => field.IsGiven && !allowed.Contains(field.Name)))
        {
            var word = SearchSpecCheck.Words<PrunerKind>().ElementAt((int)pruner.Kind);
            faults.Require(
                false, field, $"expected nothing: the {word} pruner has {(allowed.Length is 0 ? "no settings" : string.Join(", ", allowed))}");
        }

        CheckNeeded(pruner, faults);
        CheckRanges(pruner, faults);
        if (pruner is { Kind: PrunerKind.Patient, Wrapped: { } wrapped })
        {
            if (faults.Require(
                wrapped.Kind is not (PrunerKind.Patient or PrunerKind.None), "wrapped.kind", "expected a pruner other than patient and none"))
            {
                Check(wrapped, faults.Below("wrapped"));
            }
        }
    }

    private static void CheckNeeded(PrunerSpec pruner, SpecFaults faults)
    {
        faults.Require(
            pruner.Kind is not PrunerKind.Percentile || pruner.Percentile is not null, "percentile", "expected a number from 0 to 100");
        faults.Require(
            pruner.Kind is not PrunerKind.Patient || pruner.Patience is not null, "patience", $"expected a whole number from 0 to {MaxSteps}");
        faults.Require(
            pruner.Kind is not PrunerKind.Threshold || pruner.Lower is not null || pruner.Upper is not null, "", "expected lower or upper");
    }

    private static void CheckRanges(PrunerSpec pruner, SpecFaults faults)
    {
        faults.Require(pruner.Percentile is null or (>= 0 and <= 100), "percentile", "expected a number from 0 to 100");
        faults.RequireRange(pruner.StartupTrials, 0, SearchSpecCheck.MaxTrials, "startupTrials");
        faults.RequireRange(pruner.WarmupSteps, 0, MaxSteps, "warmupSteps");
        faults.RequireRange(pruner.IntervalSteps, 1, MaxSteps, "intervalSteps");
        faults.RequireRange(pruner.MinTrials, 1, SearchSpecCheck.MaxTrials, "minTrials");
        faults.RequireRange(pruner.MinResource, 1, MaxSteps, "minResource");
        faults.RequireRange(pruner.MaxResource, pruner.MinResource is >= 1 and <= MaxSteps ? pruner.MinResource.Value : 1, MaxSteps, "maxResource");
        faults.RequireRange(pruner.ReductionFactor, 2, MaxReductionFactor, "reductionFactor");
        faults.RequireRange(pruner.MinEarlyStoppingRate, 0, MaxRungsLeftOut, "minEarlyStoppingRate");
        faults.RequireRange(pruner.Patience, 0, MaxSteps, "patience");
        faults.Require(pruner.MinDelta is null or (>= 0 and < double.PositiveInfinity), "minDelta", "expected a number from 0");
        faults.Require(double.IsFinite(pruner.Lower ?? 0), "lower", "expected a finite number");
        faults.Require(double.IsFinite(pruner.Upper ?? 0), "upper", "expected a finite number");
        faults.Require(!(pruner.Lower > pruner.Upper), "upper", "expected a number that is not less than lower");
    }

    private static IEnumerable<(string Name, bool IsGiven)> Given(PrunerSpec pruner) =>
    [
        ("percentile", pruner.Percentile is not null),
        ("startupTrials", pruner.StartupTrials is not null),
        ("warmupSteps", pruner.WarmupSteps is not null),
        ("intervalSteps", pruner.IntervalSteps is not null),
        ("minTrials", pruner.MinTrials is not null),
        ("minResource", pruner.MinResource is not null),
        ("maxResource", pruner.MaxResource is not null),
        ("reductionFactor", pruner.ReductionFactor is not null),
        ("minEarlyStoppingRate", pruner.MinEarlyStoppingRate is not null),
        ("patience", pruner.Patience is not null),
        ("minDelta", pruner.MinDelta is not null),
        ("lower", pruner.Lower is not null),
        ("upper", pruner.Upper is not null),
        ("wrapped", pruner.Wrapped is not null),
    ];
}
