namespace Mlops.Training;

/// <summary>What share of each group is predicted positive, over all or over those that are and those that are not.</summary>
/// <remarks>
/// Difference and ratio are defined as in Fairlearn: the greatest difference between two groups, and the smallest share over the
/// greatest; for equalised odds the worse of the two comparisons. Where nobody is predicted positive the groups are equal: ratio 1.
/// </remarks>
internal sealed class GroupRates
{
    private readonly FairnessMeasure _measure;
    private readonly IReadOnlyList<RowGroup> _groups;
    private readonly int[] _cellOf;
    private readonly bool[] _isSelected;

    /// <param name="groups">At least two; for equalised odds each with positives and negatives.</param>
    /// <param name="isSelected">Whether each row is predicted positive.</param>
    /// <param name="isPositive">Whether each row is.</param>
    public GroupRates(FairnessMeasure measure, IReadOnlyList<RowGroup> groups, bool[] isSelected, bool[] isPositive)
    {
        (_measure, _groups, _isSelected) = (measure, groups, isSelected);
        _cellOf = new int[isSelected.Length];
        Array.Fill(_cellOf, -1);
        for (var group = 0; group < groups.Count; group++)
        {
            foreach (var row in groups[group].Rows)
            {
                _cellOf[row] = (group * Comparisons) + (measure is FairnessMeasure.EqualizedOdds && isPositive[row] ? 1 : 0);
            }
        }
    }

    /// <summary>The rows of each share, which resampling keeps apart so that no share loses its rows.</summary>
    public IReadOnlyList<int[]> Strata =>
        [.. Enumerable.Range(0, _cellOf.Length).Where(row => _cellOf[row] >= 0).GroupBy(row => _cellOf[row]).Select(cell => cell.ToArray())];

    /// <summary>The names and shares of all comparisons, the smallest share first.</summary>
    public IReadOnlyList<(string Name, Share Share)> Shares =>
    [
        .. Count(drawn: null)
            .Select((share, cell) => ($"{_groups[cell / Comparisons].Name}{Among(cell % Comparisons)}", share))
            .OrderBy(named => named.share.Value),
    ];

    private int Comparisons => _measure is FairnessMeasure.EqualizedOdds ? 2 : 1;

    /// <param name="drawn">How often each row counts; null for once.</param>
    public (double Difference, double Ratio) Compare(int[]? drawn)
    {
        var shares = Count(drawn);
        var (difference, ratio) = (0.0, 1.0);
        for (var comparison = 0; comparison < Comparisons; comparison++)
        {
            var (least, greatest) = (1.0, 0.0);
            for (var cell = comparison; cell < shares.Length; cell += Comparisons)
            {
                least = Math.Min(least, shares[cell].Value);
                greatest = Math.Max(greatest, shares[cell].Value);
            }

            difference = Math.Max(difference, greatest - least);
            ratio = Math.Min(ratio, greatest is 0 ? 1 : least / greatest);
        }

        return (difference, ratio);
    }

    private Share[] Count(int[]? drawn)
    {
        var hits = new int[_groups.Count * Comparisons];
        var rows = new int[hits.Length];
        for (var row = 0; row < _cellOf.Length; row++)
        {
            if (_cellOf[row] is >= 0 and var cell)
            {
                var times = drawn?[row] ?? 1;
                rows[cell] += times;
                hits[cell] += _isSelected[row] ? times : 0;
            }
        }

        return [.. hits.Zip(rows, (hit, of) => new Share(hit, of))];
    }

    private string Among(int comparison) => (_measure, comparison) switch
    {
        (FairnessMeasure.DemographicParity, _) => "",
        (_, 1) => ", of the positives",
        _ => ", of the negatives",
    };
}
