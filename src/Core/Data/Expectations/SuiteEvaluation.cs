namespace Mlops.Data;

/// <summary>Holds a table against a suite while its rows go by, once or, where <see cref="NeedsSecondPass"/> says so, twice.</summary>
/// <remarks>
/// Rows are gathered in batches. Of a batch a value is read once for all expectations that look at it, and then each expectation takes
/// all rows in file order; columns and expectations are shared out among the threads. Memory is bounded whatever the length of the
/// table: 256 MiB for distinct values, 16 MiB for each column that is ranked, a batch, and examples. The same rows give the same result,
/// whatever the number of threads. Not safe for concurrent use.
/// </remarks>
/// <param name="suite">The expectations.</param>
/// <param name="threads">How many threads evaluate a batch, from 1.</param>
public sealed class SuiteEvaluation(CompiledSuite suite, int threads = 1) : CsvSink
{
    /// <summary>Fewer values than so many are read sooner than another thread is woken.</summary>
    private const int FewValues = 4_096;

    private readonly Slot[] _slots = new Slot[suite.Rules.Count];
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };
    private RowBatch _batch = new([]);
    private Slot[] _taking = [];
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
        var reads = new ColumnReads?[names.Count];
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
                reads[column] = (reads[column] ?? ColumnReads.None) | rule.Reads;
            }

            foreach (var column in conditions.Where(column => column >= 0))
            {
                reads[column] = (reads[column] ?? ColumnReads.None) | ColumnReads.Numbers;
            }
        }

        _batch = new RowBatch(reads);
        _taking = [.. _slots.OrderByDescending(slot => slot.Evaluator.Cost)];
    }

    public override void Row(CsvRow row)
    {
        _batch.Add(row);
        _rows++;
        if (_batch.IsFull)
        {
            Evaluate();
        }
    }

    /// <summary>Says that the rows will go by again, header first.</summary>
    public void BeginSecondPass()
    {
        Evaluate();
        (_isSecond, _rows) = (true, 0);
        _batch.Clear(0);
        foreach (var slot in _slots)
        {
            slot.Evaluator.BeginSecondPass();
        }

        _taking = [.. _taking.Where(slot => slot.Evaluator.NeedsSecondPass)];
    }

    /// <summary>What came of it, after all passes.</summary>
    public ValidationResult Result(ResultFormat format, SuiteName name, Func<long, ValidationMeta> meta)
    {
        Evaluate();
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
        Evaluate();
        _rows = 0;
        var failed = Enumerable.Range(0, _slots.Length).Where(i => IsSievedBy(i) && !_slots[i].Evaluator.Find().Success).ToList();
        foreach (var i in failed)
        {
            ((RowEvaluator)_slots[i].Evaluator).BeginAgain();
        }

        return failed;
    }

    /// <summary>Whether an expectation is met by the rows so far.</summary>
    internal bool IsMet(int place)
    {
        Evaluate();
        return _slots[place].Evaluator.Find() is { Success: true, Undecided: null };
    }

    /// <summary>Whether an expectation is critical and of rows, so that setting rows aside meets it.</summary>
    internal bool IsSievedBy(int place)
    {
        Evaluate();
        return suite.Suite.Expectations[place].Severity is ExpectationSeverity.Critical
            && _slots[place].Evaluator is RowEvaluator { CanSieve: true };
    }

    /// <summary>Which of the expectations a row breaks, knowing all rows. Rows come in file order.</summary>
    internal void Sieve(CsvRow row, IReadOnlyList<int> failed, List<int> broken)
    {
        broken.Clear();
        _batch.Clear(_rows);
        _batch.Add(row);
        for (var column = 0; column < _batch.Columns; column++)
        {
            _batch.Read(column);
        }

        var view = new RowView(_batch, 0);
        foreach (var place in failed)
        {
            ref readonly var slot = ref _slots[place];
            if (slot.Looks(view) && ((RowEvaluator)slot.Evaluator).JudgeAgain(view) is Verdict.Unexpected)
            {
                broken.Add(place);
            }
        }

        _batch.Clear(++_rows);
    }

    /// <summary>Has the expectations take the rows gathered so far.</summary>
    private void Evaluate()
    {
        if (_batch.Count > 0)
        {
            foreach (ref readonly var slot in _taking.AsSpan())
            {
                slot.Evaluator.Claim(_batch.Count);
            }

            Share(_batch.Columns, _batch.Read);
            Share(_taking.Length, place => _taking[place].Take(_batch));
        }

        _batch.Clear(_rows);
    }

    /// <summary>Does pieces of work, begun in their order, on as many threads as there are.</summary>
    private void Share(int count, Action<int> work)
    {
        var next = -1;
        void DoAll()
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                work(i);
            }
        }

        if (threads is 1 || _batch.Count * Math.Max(1, _batch.Columns) < FewValues)
        {
            DoAll();
        }
        else
        {
            Parallel.For(0, Math.Min(threads, count), _parallel, _ => DoAll());
        }
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
                PartialUnexpectedCounts = null,
                PartialUnexpectedIndexList = null,
                UnexpectedList = null,
                UnexpectedIndexList = null,
                Details = null,
            },
            ResultFormat.Summary => all with { UnexpectedList = null, UnexpectedIndexList = null },
            _ => all,
        };
        var exception = finding.Undecided is { } reason ? new ExceptionInfo(true, reason) : ExceptionInfo.None;
        return new ExpectationResult(finding.Success && finding.Undecided is null, expectation, details, exception);
    }

    /// <param name="Conditions">Where the condition's columns stand.</param>
    private readonly record struct Slot(Evaluator Evaluator, Condition? Where, int[] Conditions)
    {
        public bool Looks(in RowView row) => Where is null || Where.Holds(row, Conditions);

        public void Take(RowBatch batch)
        {
            if (Where is null)
            {
                Evaluator.Take(batch, batch.All);
                return;
            }

            Span<int> rows = stackalloc int[batch.Count];
            var count = 0;
            foreach (var row in batch.All)
            {
                rows[count] = row;
                count += Where.Holds(new RowView(batch, row), Conditions) ? 1 : 0;
            }

            Evaluator.Take(batch, rows[..count]);
        }
    }
}
