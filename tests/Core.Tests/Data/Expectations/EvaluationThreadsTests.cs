using System.Globalization;
using System.Text;
using Mlops.Storage;

namespace Mlops.Data;

/// <summary>Neither the number of threads nor where batches end shows in a result.</summary>
public sealed class EvaluationThreadsTests
{
    private static readonly ExpectationSuite Suite = new([
        Evaluations.Expectation("expect_table_row_count_to_be_between", """{"min_value":1}"""),
        Evaluations.Expectation("expect_column_values_to_be_unique", """{"column":"id"}"""),
        Evaluations.Expectation("expect_column_values_to_be_increasing", """{"column":"id"}"""),
        Evaluations.Expectation("expect_compound_columns_to_be_unique", """{"column_list":["code","day"]}"""),
        Evaluations.Expectation("expect_column_unique_value_count_to_be_between", """{"column":"code","max_value":10}"""),
        Evaluations.Expectation("expect_column_values_to_match_regex", """{"column":"code","regex":"^[A-B][0-9]+$"}"""),
        Evaluations.Expectation("expect_column_values_to_match_strftime_format", """{"column":"day","strftime_format":"%Y-%m-%d"}"""),
        Evaluations.Expectation("expect_column_values_to_be_between", """{"column":"size","min_value":-2,"row_condition":"code != 'A1'"}"""),
        Evaluations.Expectation("expect_column_median_to_be_between", """{"column":"size","max_value":1}"""),
        Evaluations.Expectation("expect_column_value_z_scores_to_be_less_than", """{"column":"size","threshold":2,"double_sided":true}"""),
        Evaluations.Expectation("expect_column_values_to_not_be_null", """{"column":"size"}"""),
    ]);

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Threads_make_no_difference(int threads) => Assert.Equal(Evaluated(1, threads: 1), Evaluated(1, threads));

    [Fact]
    public void The_rows_set_aside_are_those_that_the_result_counts()
    {
        var (result, rows) = (Result(1, 2, out var evaluation), new HashSet<long>());
        var sink = new SieveCounter(evaluation, evaluation.BeginSieve(), rows);
        Evaluations.Read(Table(1), sink);
        var listed = result.Results.Where(one => one.Expectation.Type is "expect_column_values_to_match_regex" or "expect_column_values_to_not_be_null")
            .SelectMany(one => one.Result.UnexpectedIndexList ?? []).ToHashSet();

        Assert.NotEmpty(listed);
        Assert.Subset(rows, listed);
    }

    [Fact]
    public void A_budget_fails_the_same_sets_however_rows_are_shared_out()
    {
        var budget = new DistinctBudget(bytes: 5 * 64 * 1024);
        DistinctSet[] sets = [new(budget), new(budget), new(budget)];
        for (var i = 0; i < 6_000; i += 1_000)
        {
            Array.ForEach(sets, set => set.Claim(1_000));

            // The last one is the quickest.
            foreach (var set in sets.Reverse())
            {
                Enumerable.Range(i, 1_000).ToList().ForEach(value => set.Add(DistinctSet.Hash(BitConverter.GetBytes(value))));
            }
        }

        Assert.Equal([false, true, true], sets.Select(set => set.IsOverflowing));
    }

    private static string Evaluated(long seed, int threads) => Encoding.UTF8.GetString(Documents.Write(Result(seed, threads, out _)));

    private static ValidationResult Result(long seed, int threads, out SuiteEvaluation evaluation)
    {
        evaluation = new SuiteEvaluation(Evaluations.Compiled(Suite), threads);
        Assert.Null(Evaluations.Read(Table(seed), evaluation));
        evaluation.BeginSecondPass();
        Assert.Null(Evaluations.Read(Table(seed), evaluation));
        return evaluation.Result(ResultFormat.Complete, SuiteName.Default, rows => new ValidationMeta(
            DatasetName.Parse("table"), 1, DateTimeOffset.UnixEpoch, rows));
    }

    private static string Table(long seed)
    {
        var random = new DeterministicRandom(seed);
        var csv = new StringBuilder("id,code,day,size\n");
        for (var i = 0; i < 10_000; i++)
        {
            var id = random.NextInt(500) is 0 ? i / 2 : i;
            var size = random.NextInt(50) is 0 ? "" : random.NextGaussian().ToString("F3", CultureInfo.InvariantCulture);
            csv.Append(CultureInfo.InvariantCulture, $"{id},{"ABC"[random.NextInt(3)]}{random.NextInt(40)},2026-02-{1 + random.NextInt(30):D2},{size}\n");
        }

        return csv.ToString();
    }

    private sealed class SieveCounter(SuiteEvaluation evaluation, IReadOnlyList<int> failed, HashSet<long> rows) : CsvSink
    {
        private readonly List<int> _broken = [];

        public override void Header(IReadOnlyList<string> names) { }

        public override void Row(CsvRow row)
        {
            var number = evaluation.Rows;
            evaluation.Sieve(row, failed, _broken);
            if (_broken.Count > 0)
            {
                rows.Add(number);
            }
        }
    }
}
