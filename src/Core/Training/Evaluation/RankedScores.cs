namespace Mlops.Training;

/// <summary>Rows by falling score: what areas under ROC and precision–recall curves are computed from.</summary>
/// <remarks>
/// The area under ROC is the chance that a random positive scores above a random negative, ties counting half (Hanley and McNeil
/// 1982). That under precision–recall is average precision, the sum of precision times the gain in recall over falling thresholds:
/// no interpolation, which would flatter (Davis and Goadrich 2006).
/// </remarks>
internal sealed class RankedScores
{
    private const byte Positive = 1;
    private const byte LastOfTie = 2;

    private readonly byte[] _flags;

    /// <param name="scores">A score per row; higher means more likely positive.</param>
    /// <param name="isPositive">Whether each row is positive.</param>
    public RankedScores(double[] scores, Func<int, bool> isPositive)
    {
        var keys = Array.ConvertAll(scores, score => -score);
        Order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort(keys, Order);
        _flags = new byte[Order.Length];
        for (var i = 0; i < Order.Length; i++)
        {
            var isLast = i + 1 == Order.Length || keys[i + 1] != keys[i];
            _flags[i] = (byte)((isPositive(Order[i]) ? Positive : 0) | (isLast ? LastOfTie : 0));
        }
    }

    /// <summary>The rows by falling score.</summary>
    public int[] Order { get; }

    /// <param name="counts">How often each row counts, by falling score or, with <paramref name="byRow"/>, by row.</param>
    /// <returns>NaN where all rows are of one class; average precision needs only a positive one.</returns>
    public (double Roc, double AveragePrecision) Areas(ReadOnlySpan<int> counts, bool byRow)
    {
        long above = 0;
        long positivesAbove = 0;
        long tied = 0;
        long positivesTied = 0;
        double area = 0;
        double precision = 0;
        for (var i = 0; i < _flags.Length; i++)
        {
            var count = counts[byRow ? Order[i] : i];
            tied += count;
            positivesTied += count * (_flags[i] & Positive);
            if ((_flags[i] & LastOfTie) is 0)
            {
                continue;
            }

            area += (tied - positivesTied) * (positivesAbove + (positivesTied * 0.5));
            above += tied;
            positivesAbove += positivesTied;
            if (positivesTied > 0)
            {
                precision += positivesTied * ((double)positivesAbove / above);
            }

            tied = 0;
            positivesTied = 0;
        }

        var negatives = above - positivesAbove;
        return (
            positivesAbove is 0 || negatives is 0 ? double.NaN : area / ((double)positivesAbove * negatives),
            positivesAbove is 0 ? double.NaN : precision / positivesAbove);
    }

    /// <summary>How many positives and negatives score at least each different score, by falling score, each row counting once.</summary>
    public IEnumerable<(int Last, int Positives, int Negatives)> Steps()
    {
        var positives = 0;
        for (var i = 0; i < _flags.Length; i++)
        {
            positives += _flags[i] & Positive;
            if ((_flags[i] & LastOfTie) is not 0)
            {
                yield return (Order[i], positives, i + 1 - positives);
            }
        }
    }
}
