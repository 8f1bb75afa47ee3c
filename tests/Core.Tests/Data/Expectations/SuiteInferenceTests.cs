using System.Globalization;
using System.Text;

namespace Mlops.Data;

public sealed class SuiteInferenceTests
{
    [Fact]
    public async Task Rules_suggest_what_the_table_shows_and_the_table_meets_it()
    {
        var inferred = await InferAsync(Table(1_000, i => $"{i},{i % 7},{(i % 5 is 0 ? "" : "red")},{(i % 2 is 0 ? "true" : "false")},{i - 500}"), "id,size,colour,paid,delta");

        Assert.Equal(
            [
                "ColumnSet", "CompleteIfComplete(id)", "RetainType(id)", "UniqueIfApproximatelyUnique(id)", "NonNegativeNumbers(id)",
                "CompleteIfComplete(size)", "RetainType(size)", "NonNegativeNumbers(size)", "PlausibleRange(size)",
                "RetainCompleteness(colour)",
                "CategoricalRange(colour)", "CompleteIfComplete(paid)", "RetainType(paid)", "CompleteIfComplete(delta)", "RetainType(delta)",
                "UniqueIfApproximatelyUnique(delta)",
            ],
            inferred.Suggestions.Where(suggestion => suggestion.Kept).Select(Named));
        Assert.Equal(1_000, inferred.SuggestedFromRows + inferred.HeldOutRows);
        var mostly = inferred.Suggestions.Single(one => one.Rule is "RetainCompleteness").Expectation.Kwargs["mostly"].GetDouble();
        Assert.InRange(mostly, 0.7, 0.79);
    }

    [Theory]
    [InlineData(0.25, 21.0, null, 42.0)]
    [InlineData(-3.0, 21.0, -27.0, 45.0)]
    [InlineData(-0.012, 0.0, -0.024, 0.012)]
    [InlineData(-8.0, -7.5, -8.5, -7.0)]
    public async Task A_range_is_as_wide_again_on_either_side_and_only_warns(double least, double most, double? from, double to)
    {
        var inferred = await InferAsync(Table(200, i => (least + ((most - least) * (i % 50) / 49)).ToString("R", CultureInfo.InvariantCulture)), "size");

        var range = Assert.Single(inferred.Suggestions, one => one.Rule is "PlausibleRange");
        Assert.True(range.Kept);
        Assert.Equal(ExpectationSeverity.Warning, range.Expectation.Severity);
        Assert.Equal(from, range.Expectation.Kwargs.TryGetValue("min_value", out var bound) ? bound.GetDouble() : null);
        Assert.Equal(to, range.Expectation.Kwargs["max_value"].GetDouble());
    }

    [Fact]
    public async Task A_suggestion_that_the_held_out_rows_break_is_told_and_not_kept()
    {
        // The negative number stands in the first held-out row of seed 0; suggestions are made without it.
        var random = new DeterministicRandom(0);
        var heldOut = Enumerable.Range(0, 100).First(_ => random.NextDouble() < SuiteInference.HeldOutShare);

        var inferred = await InferAsync(Table(100, i => i == heldOut ? "-1" : $"{i % 9}"), "size");

        var dropped = Assert.Single(inferred.Suggestions, suggestion => !suggestion.Kept);
        Assert.Equal(("NonNegativeNumbers", "The least number is 0."), (dropped.Rule, dropped.Reason));
        Assert.DoesNotContain(dropped.Expectation, inferred.Suite.Expectations);
    }

    // statsmodels.stats.proportion.proportion_confint(part, whole, method="wilson")[0], rounded down to hundredths.
    [Theory]
    [InlineData(90, 100, 0.82)]
    [InlineData(9, 10, 0.59)]
    [InlineData(999, 1_000, 0.99)]
    [InlineData(0, 10, 0)]
    public void A_share_seen_in_few_rows_asks_for_less(long part, long whole, double bound) =>
        Assert.Equal(bound, SuiteInference.LowerBound(part, whole));

    [Fact]
    public async Task The_same_table_and_seed_give_the_same_suite()
    {
        var rows = Table(300, i => $"{i % 13},{(char)('a' + (i % 4))}");

        Assert.Equal(
            Storage.Documents.Write(await InferAsync(rows, "n,c")), Storage.Documents.Write(await InferAsync(rows, "n,c")));
    }

    private static string Named(Suggestion suggestion) =>
        suggestion.Expectation.Kwargs.TryGetValue("column", out var column) ? $"{suggestion.Rule}({column})" : suggestion.Rule;

    private static string Table(int rows, Func<int, string> row) => string.Concat(Enumerable.Range(0, rows).Select(i => row(i) + "\n"));

    private static Task<InferredSuite> InferAsync(string rows, string header) => SuiteInference.RunAsync(
        _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes($"{header}\n{rows}"))),
        CsvLimits.Default, OnUpload.Off, seed: 0, default);
}
