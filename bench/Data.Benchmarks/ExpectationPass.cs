using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mlops.Data;

/// <summary>A million rows of ten columns, and twenty expectations of them; check_expectations.py does the same with pandas.</summary>
internal static class ExpectationPass
{
    private const string Suite =
        """
        [["expect_table_row_count_to_be_between", {"min_value": 1}],
         ["expect_table_columns_to_match_set", {"column_set": ["id","amount","cost","country","code","day","age","score","left","right"]}],
         ["expect_column_values_to_be_unique", {"column": "id"}],
         ["expect_column_values_to_be_increasing", {"column": "id"}],
         ["expect_column_values_to_not_be_null", {"column": "amount", "mostly": 0.9}],
         ["expect_column_values_to_be_between", {"column": "amount", "min_value": 0, "max_value": 1000}],
         ["expect_column_mean_to_be_between", {"column": "amount", "min_value": 400, "max_value": 600}],
         ["expect_column_median_to_be_between", {"column": "cost", "min_value": 400, "max_value": 600}],
         ["expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "amount", "column_B": "cost", "mostly": 0.3}],
         ["expect_column_values_to_be_in_set", {"column": "country", "value_set": ["DE","FR","IT","NO"]}],
         ["expect_column_distinct_values_to_equal_set", {"column": "country", "value_set": ["DE","FR","IT","NO"]}],
         ["expect_column_values_to_match_regex", {"column": "code", "regex": "^[A-C][0-9]{3}$"}],
         ["expect_column_value_lengths_to_be_between", {"column": "code", "min_value": 4, "max_value": 4}],
         ["expect_column_values_to_match_strftime_format", {"column": "day", "strftime_format": "%Y-%m-%d"}],
         ["expect_column_values_to_be_of_type", {"column": "age", "type_": "int64"}],
         ["expect_column_quantile_values_to_be_between",
          {"column": "score", "quantile_ranges": {"quantiles": [0.05, 0.5, 0.95], "value_ranges": [[-2, -1], [-0.1, 0.1], [1, 2]]}}],
         ["expect_column_stdev_to_be_between", {"column": "score", "min_value": 0.9, "max_value": 1.1}],
         ["expect_column_unique_value_count_to_be_between", {"column": "code", "max_value": 3000}],
         ["expect_multicolumn_sum_to_equal", {"column_list": ["left", "right"], "sum_total": 100}],
         ["expect_compound_columns_to_be_unique", {"column_list": ["id", "code"]}]]
        """;

    public static async Task RunAsync(string folder, int rows)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "expectations.csv");
        Write(path, rows);
        var read = await Pace.OfAsync(path, () => CsvPasses.ReadAsync(path, new NoSink()));
        var megabytes = new FileInfo(path).Length / 1e6;
        Console.WriteLine($"{rows:N0} rows, {megabytes:N0} MB");
        Console.WriteLine($"rows found only: {read} MB/s by the clock (per processor second)");
        foreach (var threads in new[] { 1, 2 })
        {
            ValidationResult? result = null;
            var paced = await Pace.OfAsync(path, async () => result = await EvaluateAsync(path, threads));
            Console.WriteLine(
                $"{result?.Statistics.SuccessfulExpectations} of 20 expectations met, {threads} threads: "
                + $"{megabytes / paced.Wall:F2} s by the clock, {megabytes / paced.Processor:F2} s of processor time, "
                + $"{rows * paced.Wall / megabytes:N0} rows/s ({rows * paced.Processor / megabytes:N0}), {paced} MB/s");
        }
    }

    private static async Task<ValidationResult> EvaluateAsync(string path, int threads)
    {
        var expectations = JsonDocument.Parse(Suite).RootElement.EnumerateArray().Select(item => new Expectation(
            item[0].GetString() ?? "", item[1].EnumerateObject().ToDictionary(member => member.Name, member => member.Value)));
        var suite = CompiledSuite.Read(new ExpectationSuite([.. expectations])) is SuiteReading.Read(var compiled)
            ? compiled
            : throw new InvalidDataException("The suite is not in order.");
        var evaluation = new SuiteEvaluation(suite, threads);
        await CsvPasses.ReadAsync(path, evaluation);
        return evaluation.Result(ResultFormat.Summary, SuiteName.Default, count => new ValidationMeta(
            DatasetName.Parse("bench"), 1, DateTimeOffset.UnixEpoch, count));
    }

    private static void Write(string path, int rows)
    {
        var random = new DeterministicRandom(1);
        string[] countries = ["DE", "FR", "IT", "NO"];
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        writer.WriteLine("id,amount,cost,country,code,day,age,score,left,right");
        for (var i = 0; i < rows; i++)
        {
            var left = random.NextInt(101);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{i},{(random.NextInt(20) is 0 ? "" : Amount(random))},{Amount(random)},{countries[random.NextInt(4)]},"
                + $"{(char)('A' + random.NextInt(3))}{random.NextInt(1_000):D3},2026-{1 + random.NextInt(12):D2}-{1 + random.NextInt(28):D2},"
                + $"{18 + random.NextInt(70)},{random.NextGaussian():F4},{left},{100 - left}"));
        }
    }

    private static string Amount(DeterministicRandom random) => (1_000 * random.NextDouble()).ToString("F2", CultureInfo.InvariantCulture);
}
