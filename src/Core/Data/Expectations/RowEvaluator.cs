namespace Mlops.Data;

/// <summary>What an expectation thinks of one row.</summary>
internal enum Verdict { Missing, Expected, Unexpected }

/// <summary>An expectation of each row by itself, which the share <c>mostly</c> of those that have a value must meet.</summary>
internal abstract class RowEvaluator(int[] columns, double mostly) : Evaluator
{
    private readonly RowTally _tally = new(columns);

    protected int[] Columns { get; } = columns;

    protected int Column => Columns[0];

    /// <summary>Whether a missing value is one that is judged as any other.</summary>
    protected virtual bool JudgesMissing => false;

    /// <summary>Whether it is known of each row whether it is unexpected.</summary>
    public bool CanSieve => Undecided is null;

    /// <summary>Why rows cannot be judged, once they cannot.</summary>
    protected string? Undecided { get; set; }

    public override void Take(in RowView row) => Tell(Judge(row), row);

    /// <summary>Judges a row, in file order.</summary>
    protected abstract Verdict Judge(in RowView row);

    /// <summary>Takes the rows anew, from the first one, after all of them were judged once.</summary>
    public virtual void BeginAgain() { }

    /// <summary>Judges a row knowing all of them.</summary>
    public virtual Verdict JudgeAgain(in RowView row) => Judge(row);

    public override Finding Find()
    {
        if (Undecided is not null)
        {
            return Finding.Unable(Undecided);
        }

        var judged = JudgesMissing ? _tally.Elements : _tally.Elements - _tally.Missing;
        var success = judged is 0 || (judged - _tally.Unexpected) / (double)judged >= mostly;
        return new Finding(success, _tally.Details(JudgesMissing));
    }

    /// <summary>Counts what came of a row.</summary>
    protected void Tell(Verdict verdict, in RowView row) => _tally.Add(verdict, row);

    /// <summary>Counts a row as unexpected that was thought expected when it was judged.</summary>
    protected void Regret() => _tally.Regret();
}

/// <summary>Counts verdicts and keeps examples of the unexpected.</summary>
internal sealed class RowTally(int[] columns)
{
    public const int PartialList = 20;
    public const int CompleteList = 10_000;
    private const int CountedValues = 1_000, CountedBytes = 64 * 1024;

    private readonly List<System.Text.Json.JsonElement> _values = [];
    private readonly List<long> _rows = [];
    private TokenCounts? _counts;

    public long Elements { get; private set; }

    public long Missing { get; private set; }

    public long Unexpected { get; private set; }

    public void Add(Verdict verdict, in RowView row)
    {
        Elements++;
        if (verdict is Verdict.Missing)
        {
            Missing++;
        }
        else if (verdict is Verdict.Unexpected)
        {
            Unexpected++;
            Keep(row);
        }
    }

    public void Regret() => Unexpected++;

    public ResultDetails Details(bool judgesMissing)
    {
        var present = Elements - Missing;
        var total = Percent(Unexpected, Elements);
        return new ResultDetails(
            Elements,
            judgesMissing ? null : Missing,
            judgesMissing ? null : Percent(Missing, Elements),
            Unexpected,
            judgesMissing ? total : Percent(Unexpected, present),
            judgesMissing ? null : total,
            judgesMissing ? null : Percent(Unexpected, present),
            [.. _values.Take(PartialList)],
            [.. _rows.Take(PartialList)],
            [.. (_counts?.Top(PartialList) ?? []).Select(value => new UnexpectedValueCount(RowValue.OfText(value.Value), value.Count))],
            _values,
            _rows);
    }

    private static double Percent(long part, long whole) => whole is 0 ? 0 : 100.0 * part / whole;

    private void Keep(in RowView row)
    {
        if (_values.Count < CompleteList)
        {
            _values.Add(RowValue.Of(row, columns));
            _rows.Add(row.Number);
        }

        if (columns.Length is 1 && !row[columns[0]].IsMissing)
        {
            _counts ??= new TokenCounts(CountedValues, CountedBytes);
            _counts.TryAdd(row.Text(columns[0]), TextHash.Of(row.Text(columns[0])));
        }
    }
}
