namespace Mlops.Training;

/// <summary>Why a search begins no further trial.</summary>
public enum StopReason
{
    /// <summary>All its trials have been begun.</summary>
    Trials,

    /// <summary>Its time is up.</summary>
    Minutes,

    /// <summary>So many trials in a row were no better.</summary>
    Patience,

    /// <summary>Every combination of the grid has been begun.</summary>
    GridExhausted,
}

/// <summary>When a search ends.</summary>
public static class StudyStopping
{
    /// <param name="search">A spec without errors.</param>
    /// <param name="study">With all trials that have been begun.</param>
    /// <param name="elapsed">Since the search began.</param>
    /// <returns>Null while another trial may be begun.</returns>
    public static StopReason? Reason(SearchSpec search, StudyView study, TimeSpan elapsed)
    {
        var begun = study.Trials.Count(trial => trial.Number >= 0);
        return begun >= search.Trials ? StopReason.Trials
            : elapsed.TotalMinutes >= search.MaxMinutes ? StopReason.Minutes
            : TrialsWithoutBetter(study) >= search.Patience ? StopReason.Patience
            : search.Sampler?.Kind is SamplerKind.Grid && GridSampler.Count(study.Space, begun + 1) <= begun ? StopReason.GridExhausted
            : null;
    }

    /// <summary>How many trials have ended after the last that was better than all before: of several objectives, that entered the
    /// front.</summary>
    internal static int TrialsWithoutBetter(StudyView study)
    {
        var front = ParetoFront.Of(study);
        var last = front.Count is 0 ? -1 : front
            .GroupBy(trial => string.Join(' ', ParetoFront.Losses(trial, study.Maximize))).Max(equals => equals.Min(trial => trial.Number));
        return study.Trials.Count(trial => trial.Number > last && trial.State is not TrialState.Running);
    }
}
