using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Data;

/// <summary>What expectations make of rows that pandas has no golden values for.</summary>
public sealed class ExpectationTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("NA", true)]
    [InlineData("7", true)]
    [InlineData("abc", false)]
    [InlineData("2026-01-01", false)]
    public void A_text_that_is_no_number_does_not_lie_between_numbers(string value, bool success)
    {
        var result = Evaluations.Of($"a,b\n{value},x\n", "expect_column_values_to_be_between", """{"column":"a","min_value":0,"max_value":9}""");

        Assert.Equal(success, result.Success);
    }

    [Theory]
    [InlineData("2026-03-01", true)]
    [InlineData("2026-03-01T12:00:00Z", true)]
    [InlineData("2026-02-28", false)]
    public void Instants_lie_between_instants(string value, bool success) => Assert.Equal(success, Evaluations.Of(
        $"at\n{value}\n", "expect_column_values_to_be_between", """{"column":"at","min_value":"2026-03-01","max_value":"2026-04-01"}""").Success);

    [Fact]
    public void Greatest_and_least_of_instants_are_told_as_instants()
    {
        var result = Evaluations.Of("at\n2026-03-01\n2026-05-01\n", "expect_column_max_to_be_between", """{"column":"at","max_value":"2026-04-01"}""");

        Assert.Equal((false, "2026-05-01T00:00:00Z"), (result.Success, result.Result.ObservedValue?.GetString()));
    }

    [Theory]
    [InlineData("expect_column_mean_to_be_between", """{"column":"a","min_value":0}""", "Row 1 has no finite number but 'x'.")]
    [InlineData("expect_column_mean_to_be_between", """{"column":"z","min_value":0}""", "There is no column 'z'.")]
    [InlineData("expect_column_mean_to_be_between", """{"column":"n","min_value":0}""", "There are no numbers.")]
    [InlineData("expect_column_sum_to_be_between", """{"column":"i","min_value":0}""", "Row 0 has no finite number but 'inf'.")]
    [InlineData("expect_column_values_to_not_be_null", """{"column":"a","row_condition":"q > 1 and r = 2"}""", "There is no column 'q' and no 'r'.")]
    public void What_cannot_be_decided_is_not_met_and_says_why(string type, string kwargs, string reason)
    {
        var result = Evaluations.Of("a,i,n\n1,inf,\nx,2,NA\n", type, kwargs);

        Assert.Equal((false, true, reason), (result.Success, result.ExceptionInfo.RaisedException, result.ExceptionInfo.ExceptionMessage));
    }

    [Fact]
    public void A_table_without_values_meets_what_is_expected_of_each_value_but_not_of_the_column()
    {
        const string Csv = "a,b\n,1\n,2\n";

        Assert.True(Evaluations.Of(Csv, "expect_column_values_to_be_in_set", """{"column":"a","value_set":[1]}""").Success);
        Assert.False(Evaluations.Of(Csv, "expect_column_values_to_not_be_null", """{"column":"a","mostly":0.01}""").Success);
        Assert.False(Evaluations.Of(Csv, "expect_column_max_to_be_between", """{"column":"a","max_value":1}""").Success);
    }

    [Fact]
    public void A_row_condition_chooses_the_rows_that_are_counted()
    {
        var result = Evaluations.Of(
            "kind,size\na,1\nb,-1\na,-2\n", "expect_column_values_to_be_between", """{"column":"size","min_value":0,"row_condition":"kind == 'a'"}""");

        Assert.Equal((2L, 1L, "[-2]"), (result.Result.ElementCount, result.Result.UnexpectedCount, Finding.Json(result.Result.PartialUnexpectedList).GetRawText()));
    }

    [Fact]
    public void Formats_tell_more_and_more()
    {
        var csv = "a\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"{i % 3}\n"));
        string[] Told(ResultFormat format) =>
            [.. Finding.Json(Evaluations.Of(csv, "expect_column_values_to_be_in_set", """{"column":"a","value_set":[0]}""", format).Result)
                .EnumerateObject().Select(property => property.Name)];

        Assert.Empty(Told(ResultFormat.BooleanOnly));
        Assert.DoesNotContain("partial_unexpected_counts", Told(ResultFormat.Basic));
        Assert.Contains("partial_unexpected_counts", Told(ResultFormat.Summary));
        Assert.DoesNotContain("unexpected_list", Told(ResultFormat.Summary));
        Assert.Contains("unexpected_index_list", Told(ResultFormat.Complete));
    }

    [Fact]
    public void Unexpected_values_are_listed_by_row_and_counted_by_value()
    {
        var result = Evaluations.Of("a\n5\nx\n7\nx\n007\n", "expect_column_values_to_be_in_set", """{"column":"a","value_set":[5]}""").Result;

        Assert.Equal("""["x",7,"x","007"]""", Finding.Json(result.PartialUnexpectedList).GetRawText());
        Assert.Equal([1, 2, 3, 4], result.PartialUnexpectedIndexList);
        Assert.Equal("""{"value":"x","count":2}""", Finding.Json(result.PartialUnexpectedCounts?[0]).GetRawText());
    }

    [Theory]
    [InlineData("""[1, true, "x"]""", "1.0,TRUE,x", 0)]
    [InlineData("""["1"]""", "1.0,1,1", 1)]
    [InlineData("""["ä, \"b\""]""", "\"ä, \"\"b\"\"\",y,ä", 2)]
    public void A_set_holds_numbers_by_value_and_texts_by_letter(string set, string values, int unexpected)
    {
        var rows = values.StartsWith('"') ? "\"ä, \"\"b\"\"\"\ny\nä\n" : values.Replace(',', '\n') + "\n";
        var result = Evaluations.Of("a\n" + rows, "expect_column_values_to_be_in_set", $$"""{"column":"a","value_set":{{set}}}""");

        Assert.Equal(unexpected, result.Result.UnexpectedCount);
    }

    [Fact]
    public void Too_many_distinct_values_give_no_verdict_rather_than_a_wrong_one()
    {
        var set = new DistinctSet(new DistinctBudget(bytes: 64 * 1024));
        for (var i = 0; i < 20_000; i++)
        {
            set.Add(DistinctSet.Hash(BitConverter.GetBytes(i)));
        }

        Assert.True(set.IsOverflowing);
        Assert.False(set.IsRepeated(DistinctSet.Hash(BitConverter.GetBytes(1))));
        Assert.InRange(set.Count, 18_400, 21_600);
    }

    [Fact]
    public void A_distinct_set_counts_as_a_hash_set_does() => Check.QuickThrowOnFailure(Prop.ForAll<string[]>(texts =>
    {
        var set = new DistinctSet(new DistinctBudget());
        var naive = new Dictionary<string, int>();
        foreach (var text in texts.Select(text => (text ?? "").Trim(' ', '\t')))
        {
            var before = naive.GetValueOrDefault(text);
            naive[text] = before + 1;
            if (set.Add(DistinctSet.Hash(System.Text.Encoding.UTF8.GetBytes(text))) != Math.Min(before, 2))
            {
                return false;
            }
        }

        return set.Count == naive.Count
            && naive.All(pair => set.IsRepeated(DistinctSet.Hash(System.Text.Encoding.UTF8.GetBytes(pair.Key))) == pair.Value > 1);
    }));

    [Fact]
    public void A_million_distinct_values_are_unique_and_one_repetition_is_found()
    {
        var csv = "id\n" + string.Join('\n', Enumerable.Range(0, 1_000_000));

        Assert.True(Evaluations.Of(csv + "\n", "expect_column_values_to_be_unique", """{"column":"id"}""").Success);
        Assert.Equal(2, Evaluations.Of(csv + "\n4711\n", "expect_column_values_to_be_unique", """{"column":"id"}""").Result.UnexpectedCount);
    }

    [Fact]
    public void Where_the_file_is_cut_makes_no_difference_to_a_result()
    {
        var csv = File.ReadAllText(RepositoryFiles.Golden("expectations.csv"));
        var suite = new ExpectationSuite([
            Evaluations.Expectation("expect_column_values_to_be_unique", """{"column":"code"}"""),
            Evaluations.Expectation("expect_column_values_to_match_regex", """{"column":"note","regex":"^[a-z]+$"}"""),
        ]);
        var whole = Storage.Documents.Write(Evaluations.Of(csv, suite));

        var evaluation = new SuiteEvaluation(Evaluations.Compiled(suite));
        using var reader = new CsvReader(evaluation, CsvLimits.Default);
        foreach (var piece in System.Text.Encoding.UTF8.GetBytes(csv).Chunk(7))
        {
            reader.Write(piece);
        }

        reader.Complete();
        var cut = evaluation.Result(ResultFormat.Summary, SuiteName.Default, rows => new ValidationMeta(DatasetName.Parse("table"), 1, DateTimeOffset.UnixEpoch, rows));
        Assert.Equal(whole, Storage.Documents.Write(cut));
    }
}
