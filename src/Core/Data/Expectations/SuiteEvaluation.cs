namespace Mlops.Data;

/// <summary>Holds a table against a suite while its rows go by, once or, where <see cref="NeedsSecondPass"/> says so, twice.</summary>
/// <remarks>
/// A value is read once for all expectations that look at it. Memory is bounded whatever the length of the table: 256 MiB for
/// distinct values, 16 MiB for each column that is ranked, and examples. The same rows give the same result. Not safe for concurrent use.
/// </remarks>
public sealed class SuiteEvaluation(CompiledSuite suite) : CsvSink
{
    private readonly Slot[] _slots = new Slot[suite.Rules.Count];
    private int[] _used = [];
    private bool[] _readsNumbers = [];
    private Cell[] _cells = [];
    private long _rows;
    private bool _isSecond;

    public CompiledSuite Suite => suite;

    /// <summary>How many rows have gone by.</summary>
    public long Rows => _rows;

    /// <summary>Whether, after all rows have gone by, they must do so again for a verdict.</summary>
    public bool NeedsSecondPass => !_isSecond && _slots.Any(slot => slot.Evaluator.NeedsSecondPass);

    public override void Header(IReadOnlyList<string> names)
    {
        if (_isSecond)
        {
            return;
        }

        var budget = new DistinctBudget();
        _cells = new Cell[names.Count];
        _readsNumbers = new bool[names.Count];
        var used = new bool[names.Count];
        for (var i = 0; i < _slots.Length; i++)
        {
            var rule = suite.Rules[i];
            var columns = Places(rule.Columns, names);
            var conditions = Places(rule.Where?.Columns ?? [], names);
            _slots[i] = Missing(rule, columns, conditions) is { } missing
                ? new Slot(new UndecidedEvaluator(missing), null, [])
                : new Slot(rule.Begin(new RuleContext(columns, names, budget)), rule.Where, conditions);
            foreach (var column in columns.Where(column => column >= 0))
            {
                used[column] = true;
                _readsNumbers[column] |= rule.ReadsNumbers;
            }

            foreach (var column in conditions.Where(column => column >= 0))
            {
                (used[column], _readsNumbers[column]) = (true, true);
            }
        }

        _used = [.. Enumerable.Range(0, names.Count).Where(column => used[column])];
    }

    public override void Row(CsvRow row)
    {
        var view = View(row);
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if ((!_isSecond || slot.Evaluator.NeedsSecondPass) && slot.Looks(view))
            {
                slot.Evaluator.Take(view);
            }
        }

        _rows++;
    }

    /// <summary>Says that the rows will go by again, header first.</summary>
    public void BeginSecondPass()
    {
        (_isSecond, _rows) = (true, 0);
        foreach (var slot in _slots)
        {
            slot.Evaluator.BeginSecondPass();
        }
    }

    /// <summary>What came of it, after all passes.</summary>
    public ValidationResult Result(ResultFormat format, SuiteName name, Func<long, ValidationMeta> meta)
    {
        var results = suite.Suite.Expectations.Zip(_slots, (expectation, slot) => Result(expectation, slot.Evaluator.Find(), format)).ToList();
        var met = results.Count(result => result.Success);
        return new ValidationResult(
            met == results.Count,
            name.Value,
            results,
            new ValidationStatistics(results.Count, met, results.Count - met, results.Count is 0 ? null : 100.0 * met / results.Count),
            meta(_rows));
    }

    /// <summary>The expectations of rows that are critical and not met, by their place in the suite: what a row is set aside for.</summary>
    internal IReadOnlyList<int> BeginSieve()
    {
        _rows = 0;
        var failed = Enumerable.Range(0, _slots.Length).Where(i => IsSievedBy(i) && !_slots[i].Evaluator.Find().Success).ToList();
        foreach (var i in failed)
        {
            ((RowEvaluator)_slots[i].Evaluator).BeginAgain();
        }

        return failed;
    }

    /// <summary>Whether an expectation is met by the rows so far.</summary>
    internal bool IsMet(int place) => _slots[place].Evaluator.Find() is { Success: true, Undecided: null };

    /// <summary>Whether an expectation is critical and of rows, so that setting rows aside meets it.</summary>
    internal bool IsSievedBy(int place) =>
        suite.Suite.Expectations[place].Severity is ExpectationSeverity.Critical && _slots[place].Evaluator is RowEvaluator { CanSieve: true };

    /// <summary>Which of the expectations a row breaks, knowing all rows. Rows come in file order.</summary>
    internal void Sieve(CsvRow row, IReadOnlyList<int> failed, List<int> broken)
    {
        broken.Clear();
        var view = View(row);
        foreach (var place in failed)
        {
            ref readonly var slot = ref _slots[place];
            if (slot.Looks(view) && ((RowEvaluator)slot.Evaluator).JudgeAgain(view) is Verdict.Unexpected)
            {
                broken.Add(place);
            }
        }

        _rows++;
    }

    private static int[] Places(IReadOnlyList<string> columns, IReadOnlyList<string> names)
    {
        var places = new int[columns.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = names.Count - 1;
            while (places[i] >= 0 && names[places[i]] != columns[i])
            {
                places[i]--;
            }
        }

        return places;
    }

    private static string? Missing(Rule rule, int[] columns, int[] conditions)
    {
        var missing = rule.Columns.Zip(columns).Concat((rule.Where?.Columns ?? []).Zip(conditions))
            .Where(pair => pair.Second < 0).Select(pair => $"'{pair.First}'").Distinct().ToList();
        return missing.Count is 0 ? null : $"There is no column {string.Join(" and no ", missing)}.";
    }

    private static ExpectationResult Result(Expectation expectation, Finding finding, ResultFormat format)
    {
        var all = finding.Details;
        var details = format switch
        {
            ResultFormat.BooleanOnly => new ResultDetails(),
            ResultFormat.Basic => all with
            {
                PartialUnexpectedCounts = null, PartialUnexpectedIndexList = null, UnexpectedList = null, UnexpectedIndexList = null, Details = null,
            },
            ResultFormat.Summary => all with { UnexpectedList = null, UnexpectedIndexList = null },
            _ => all,
        };
        var exception = finding.Undecided is { } reason ? new ExceptionInfo(true, reason) : ExceptionInfo.None;
        return new ExpectationResult(finding.Success && finding.Undecided is null, expectation, details, exception);
    }

    private RowView View(CsvRow row)
    {
        foreach (var column in _used)
        {
            _cells[column] = Cell.Read(row[column], _readsNumbers[column]);
        }

        return new RowView(row, _cells, _rows);
    }

    /// <param name="Conditions">Where the condition's columns stand.</param>
    private readonly record struct Slot(Evaluator Evaluator, Condition? Where, int[] Conditions)
    {
        public bool Looks(in RowView row) => Where is null || Where.Holds(row, Conditions);
    }
}
