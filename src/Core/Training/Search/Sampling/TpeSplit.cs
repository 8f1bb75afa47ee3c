namespace Mlops.Training;

/// <summary>The trials of a study as TPE divides them: the good ones, and the others.</summary>
/// <param name="Finished">How many trials have ended with something to say.</param>
/// <param name="Below">The good ones.</param>
/// <param name="BelowWeights">Their weights where there are several objectives; otherwise they go by age.</param>
/// <param name="Above">The others, the running ones among them, oldest first.</param>
internal sealed record TpeSplit(int Finished, IReadOnlyList<Trial> Below, double[]? BelowWeights, IReadOnlyList<Trial> Above)
{
    private const int MostBelow = 25;

    public static TpeSplit Of(StudyView study) => study.Maximize.Count > 1 ? OfSeveralObjectives(study) : OfOne(study);

    /// <summary>How many of so many finished trials are good: a tenth, 25 at most.</summary>
    internal static int BelowCount(int finished) => Math.Min((int)Math.Ceiling(0.1 * finished), MostBelow);

    private static TpeSplit OfOne(StudyView study)
    {
        var sign = study.Maximize[0] ? -1 : 1;
        var ranked = new List<Rank>(study.Trials.Count);
        var finished = 0;
        for (var t = 0; t < study.Trials.Count; t++)
        {
            if (RankOf(study.Trials[t], t, sign) is { } rank)
            {
                ranked.Add(rank);
                finished += rank.Stage < double.PositiveInfinity ? 1 : 0;
            }
        }

        var chronological = ranked.ToArray();
        ranked.Sort();
        var isBelow = new bool[study.Trials.Count];
        for (var i = 0; i < BelowCount(finished); i++)
        {
            isBelow[ranked[i].Index] = true;
        }

        return new TpeSplit(finished, Only(true), null, Only(false));

        List<Trial> Only(bool below)
        {
            var trials = new List<Trial>(chronological.Length);
            foreach (var rank in chronological)
            {
                if (isBelow[rank.Index] == below)
                {
                    trials.Add(study.Trials[rank.Index]);
                }
            }

            return trials;
        }
    }

    private static TpeSplit OfSeveralObjectives(StudyView study)
    {
        var trials = study.Trials.Where(
            trial => trial.State is TrialState.Complete && trial.Values?.Count == study.Maximize.Count && trial.Values.All(double.IsFinite))
            .ToList();
        var losses = trials.Select(trial => ParetoFront.Losses(trial, study.Maximize)).ToList();
        var below = MultiObjectiveSplit.Best(losses, BelowCount(trials.Count));
        var isBelow = below.ToHashSet();
        return new TpeSplit(
            trials.Count,
            [.. below.Select(t => trials[t])],
            MultiObjectiveSplit.Weights([.. below.Select(t => losses[t])]),
            [.. trials.Where((_, t) => !isBelow.Contains(t)), .. study.Trials.Where(trial => trial.State is TrialState.Running)]);
    }

    /// <returns>Null for a trial that says nothing: it failed, or has no value.</returns>
    private static Rank? RankOf(Trial trial, int index, int sign) => trial.State switch
    {
        TrialState.Complete when trial.Values is [var value, ..] => new Rank(double.NegativeInfinity, Worst(sign * value), index),
        TrialState.Pruned when trial.Intermediate is [.., var last] => new Rank(-last.Step, Worst(sign * last.Value), index),
        TrialState.Pruned => new Rank(1, 0, index),
        TrialState.Running => new Rank(double.PositiveInfinity, double.PositiveInfinity, index),
        _ => null,
    };

    private static double Worst(double loss) => double.IsNaN(loss) ? double.PositiveInfinity : loss;

    /// <summary>Completed trials first, by loss; pruned ones by how far they came, then by loss; those still running last.</summary>
    private readonly record struct Rank(double Stage, double Loss, int Index) : IComparable<Rank>
    {
        public int CompareTo(Rank other)
        {
            var byStage = Stage.CompareTo(other.Stage);
            var byLoss = byStage is 0 ? Loss.CompareTo(other.Loss) : byStage;
            return byLoss is 0 ? Index.CompareTo(other.Index) : byLoss;
        }
    }
}
