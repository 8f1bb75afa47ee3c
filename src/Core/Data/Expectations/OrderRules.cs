namespace Mlops.Data;

/// <summary>Each number, or instant, must not be less than the one before it that is there; the first one is as expected.</summary>
internal sealed class OrderRule(int[] columns, double mostly, bool mustRise, bool isStrict) : RowEvaluator(columns, mostly)
{
    private double _before = double.NaN;

    public override void BeginAgain() => _before = double.NaN;

    /// <summary>A row that goes back is set aside, and the next one is held against the last that was not.</summary>
    public override Verdict JudgeAgain(in RowView row)
    {
        var before = _before;
        var verdict = Judge(row);
        _before = verdict is Verdict.Unexpected ? before : _before;
        return verdict;
    }

    protected override Verdict Judge(in RowView row)
    {
        if (row[Column].IsMissing)
        {
            return Verdict.Missing;
        }

        var point = row.Point(Column);
        if (double.IsNaN(point))
        {
            return Verdict.Unexpected;
        }

        var step = mustRise ? point.CompareTo(_before) : -point.CompareTo(_before);
        var isFirst = double.IsNaN(_before);
        _before = point;
        return isFirst || step > 0 || (step is 0 && !isStrict) ? Verdict.Expected : Verdict.Unexpected;
    }
}

/// <summary>A value must not come twice; of one that does, every occurrence is unexpected. Of several columns, their values together.</summary>
/// <remarks>
/// Values are compared as texts without the spaces around them: 1 and 1.0 are two. The first occurrence is counted when the second is
/// seen, so that lists of examples begin with the second. If there are too many different values to remember there is no verdict.
/// </remarks>
internal sealed class UniqueRule(int[] columns, double mostly, MissingRows missing, DistinctBudget budget) : RowEvaluator(columns, mostly)
{
    private const int Fetched = 64;

    private readonly DistinctSet _seen = new(budget);

    public override int Cost => 10;

    public override void Claim(int rows) => _seen.Claim(rows);

    public override void Take(RowBatch batch, ReadOnlySpan<int> rows)
    {
        Span<(ulong Low, ulong High)> hashes = stackalloc (ulong, ulong)[Fetched];
        for (; !rows.IsEmpty; rows = rows[Math.Min(Fetched, rows.Length)..])
        {
            var some = rows[..Math.Min(Fetched, rows.Length)];
            for (var i = 0; i < some.Length; i++)
            {
                hashes[i] = HashOf(new RowView(batch, some[i]));
            }

            _seen.Fetch(hashes[..some.Length]);
            for (var i = 0; i < some.Length; i++)
            {
                var row = new RowView(batch, some[i]);
                Tell(Judge(row, hashes[i]), row);
            }
        }
    }

    public override Verdict JudgeAgain(in RowView row) => missing.Are(row, Columns)
        ? Verdict.Missing
        : _seen.IsRepeated(HashOf(row)) ? Verdict.Unexpected : Verdict.Expected;

    protected override Verdict Judge(in RowView row) => Judge(row, HashOf(row));

    private Verdict Judge(in RowView row, (ulong Low, ulong High) hash)
    {
        if (missing.Are(row, Columns))
        {
            return Verdict.Missing;
        }

        var before = _seen.Add(hash);
        if (before is 1)
        {
            Regret();
        }

        if (_seen.IsOverflowing)
        {
            Undecided ??= $"There are too many distinct values to decide: they no longer fit into memory at row {row.Number}.";
        }

        return before > 0 ? Verdict.Unexpected : Verdict.Expected;
    }

    private (ulong Low, ulong High) HashOf(in RowView row)
    {
        if (Columns.Length is 1)
        {
            return row.Hash(Column);
        }

        var hash = (Low: 0UL, High: 0UL);
        foreach (var column in Columns)
        {
            hash = DistinctSet.Combine(hash, row.Hash(column));
        }

        return hash;
    }
}

/// <summary>Which rows an expectation of several columns passes over.</summary>
internal sealed record MissingRows(bool IfAll, bool IfAny)
{
    public static readonly MissingRows OfOneColumn = new(IfAll: true, IfAny: true);

    public bool Are(in RowView row, int[] columns)
    {
        if (!IfAll && !IfAny)
        {
            return false;
        }

        foreach (var column in columns)
        {
            if (row[column].IsMissing == IfAny)
            {
                return IfAny;
            }
        }

        return !IfAny;
    }
}

/// <summary>A number must lie less than so many standard deviations of its column from the mean.</summary>
/// <remarks>Mean and (sample) standard deviation are found in the first pass, the verdicts in a second. In a constant column every
/// number is at the mean.</remarks>
internal sealed class DeviationRule(int[] columns, double mostly, double threshold, bool isDoubleSided) : RowEvaluator(columns, mostly)
{
    private readonly NumberStream _numbers = new();
    private bool _isSecond;
    private double _mean;
    private double _deviation;

    public override bool NeedsSecondPass => true;

    public override void Take(in RowView row)
    {
        if (_isSecond)
        {
            base.Take(row);
        }
        else
        {
            _numbers.Add(row, Column);
        }
    }

    public override void BeginSecondPass()
    {
        _isSecond = true;
        var moments = _numbers.Moments();
        Undecided = _numbers.Fault;
        (_mean, _deviation) = (moments.Mean, moments.StandardDeviation);
    }

    protected override Verdict Judge(in RowView row)
    {
        ref readonly var cell = ref row[Column];
        if (cell.IsMissing)
        {
            return Verdict.Missing;
        }

        if (!cell.IsNumber)
        {
            return Verdict.Unexpected;
        }

        var score = cell.Number == _mean ? 0 : (cell.Number - _mean) / _deviation;
        return (isDoubleSided ? Math.Abs(score) : score) < threshold ? Verdict.Expected : Verdict.Unexpected;
    }
}
