using Mlops.Statistics;

namespace Mlops.Training;

/// <summary>Whether two classifiers differ in how often they are right, seen on the same rows.</summary>
/// <remarks>McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12, 1947; the
/// continuity correction is Edwards' of 1948.</remarks>
/// <param name="OnlyCandidate">Rows that only the candidate has right.</param>
/// <param name="OnlyChampion">Rows that only the champion has right.</param>
public sealed record McNemar(int OnlyCandidate, int OnlyChampion)
{
    /// <param name="candidate">Whether the candidate is right on each row.</param>
    /// <param name="champion">Whether the champion is, on the same rows.</param>
    public static McNemar Of(ReadOnlySpan<bool> candidate, ReadOnlySpan<bool> champion)
    {
        var (onlyCandidate, onlyChampion) = (0, 0);
        for (var row = 0; row < candidate.Length; row++)
        {
            onlyCandidate += candidate[row] && !champion[row] ? 1 : 0;
            onlyChampion += champion[row] && !candidate[row] ? 1 : 0;
        }

        return new McNemar(onlyCandidate, onlyChampion);
    }

    /// <summary>
    /// The exact two-sided p-value: twice the chance of so few of fair coin tosses, at most 1; 1 if they never differ.
    /// </summary>
    public double ExactP()
    {
        var tosses = OnlyCandidate + OnlyChampion;
        var few = Math.Min(OnlyCandidate, OnlyChampion);
        // From the greatest term down, each relative to it, so that nothing under- or overflows.
        var logGreatest = -tosses * Math.Log(2);
        for (var i = 0; i < few; i++)
        {
            logGreatest += Math.Log((tosses - i) / (i + 1.0));
        }

        var (sum, term) = (1.0, 1.0);
        for (var i = few; i > 0 && term > 1e-18; i--)
        {
            term *= i / (tosses - i + 1.0);
            sum += term;
        }

        return Math.Min(1, 2 * Math.Exp(logGreatest) * sum);
    }

    /// <summary>The p-value of χ² with one degree of freedom and continuity correction, for many differing rows; 1 if there are none.</summary>
    public double ContinuityCorrectedP()
    {
        var differing = OnlyCandidate + OnlyChampion;
        var distance = Math.Max(0, Math.Abs(OnlyCandidate - OnlyChampion) - 1.0);
        return differing is 0 ? 1 : NormalDistribution.TwoSidedP(distance / Math.Sqrt(differing));
    }
}
