using System.Globalization;
using System.Text;

namespace Mlops.Training;

/// <summary>Successive halving in several brackets that begin to prune at different steps, so that late bloomers have a chance.</summary>
/// <remarks>
/// Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18 (2018), with trials dealt out to brackets
/// as Optuna 3.1 does: by a checksum of the study's name and the trial's number. Trials compete within their bracket only, and a
/// sampler sees only the bracket of its trial.
/// </remarks>
/// <param name="minResource">The least step at which a trial is given up.</param>
/// <param name="maxResource">The steps of a whole trial; null for one more than the last of the first trial that completes.</param>
/// <param name="reductionFactor">Of each bracket one trial in so many goes on.</param>
/// <param name="studyName">What the checksum is of; null for the study's seed.</param>
public sealed class HyperbandPruner(int minResource, int? maxResource, int reductionFactor, string? studyName = null) : IPruner
{
    public bool ShouldPrune(StudyView study, Trial trial)
    {
        if (Brackets.Of(study, this) is not { } brackets)
        {
            return false;
        }

        var bracket = brackets.Of(trial.Number);
        var halving = new SuccessiveHalvingPruner(minResource, reductionFactor, bracket);
        return halving.ShouldPrune(brackets.Only(study, bracket), trial, minResource, brackets.After);
    }

    /// <summary>What the sampler of a trial should see.</summary>
    internal StudyView BracketOf(StudyView study, int number) =>
        Brackets.Of(study, this) is { } brackets ? brackets.Only(study, brackets.Of(number)) : study;

    /// <param name="After">Trials up to this number ran before there were brackets.</param>
    /// <param name="Budgets">How many of the sum of all trials each bracket has.</param>
    private sealed record Brackets(string Name, int After, IReadOnlyList<int> Budgets)
    {
        /// <returns>Null while the steps of a whole trial are not known.</returns>
        public static Brackets? Of(StudyView study, HyperbandPruner pruner)
        {
            var first = SuccessiveHalvingPruner.FirstMeasured(study);
            return (pruner.MaxResource ?? (first?.LastReport()?.Step + 1)) is { } most
                ? new Brackets(
                    pruner.StudyName ?? study.Seed.ToString(CultureInfo.InvariantCulture),
                    pruner.MaxResource is null ? first?.Number ?? -1 : -1,
                    BudgetsOf((double)most / pruner.MinResource, pruner.ReductionFactor))
                : null;
        }

        /// <summary>The bracket of a trial.</summary>
        public int Of(int number)
        {
            var text = FormattableString.Invariant($"{Name}_{number}");
            var left = (long)(Crc32(Encoding.UTF8.GetBytes(text)) % (uint)Budgets.Sum());
            for (var bracket = 0; bracket < Budgets.Count; bracket++)
            {
                left -= Budgets[bracket];
                if (left < 0)
                {
                    return bracket;
                }
            }

            throw new InvalidOperationException("The remainder is less than the sum.");
        }

        public StudyView Only(StudyView study, int bracket) =>
            study with { Trials = [.. study.Trials.Where(trial => trial.Number < 0 || Of(trial.Number) == bracket)] };

        private static int[] BudgetsOf(double ratio, int factor)
        {
            var count = (int)Math.Floor(Math.Log(ratio) / Math.Log(factor)) + 1;
            return [.. Enumerable.Range(0, count).Select(bracket =>
            {
                var rungs = count - bracket;
                return (int)Math.Ceiling(count * Math.Pow(factor, rungs - 1) / rungs);
            })];
        }
    }

    private int MinResource => minResource;

    private int? MaxResource => maxResource;

    private int ReductionFactor => reductionFactor;

    private string? StudyName => studyName;

    /// <summary>CRC-32 of ISO 3309, as in zip and PNG.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
