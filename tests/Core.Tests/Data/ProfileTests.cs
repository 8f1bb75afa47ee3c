using System.Text.Json;
using Mlops.Storage;

namespace Mlops.Data;

public sealed class ProfileTests
{
    private sealed record GoldenNumbers(double Minimum, double Maximum, double Mean, double StandardDeviation, double[] Quantiles);

    private sealed record GoldenColumn(string Name, long Count, long Missing, long Distinct, GoldenNumbers? Numbers);

    private sealed record GoldenFile(string File, long Rows, GoldenColumn[] Columns);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Statistics_are_those_of_pandas_and_numpy(int file)
    {
        var golden = Documents.Read<GoldenFile[]>(await File.ReadAllBytesAsync(RepositoryFiles.Golden("statistics.json")))[file];
        var folder = golden.File is "mixed.csv" ? RepositoryFiles.Golden("") : RepositoryFiles.Data("");
        var profile = Profile(await File.ReadAllTextAsync(Path.Combine(folder, golden.File)));

        Assert.Equal(golden.Rows, profile.Rows);
        Assert.Equal(golden.Columns.Select(column => column.Name), profile.Schema().Columns.Select(column => column.Name));
        foreach (var (expected, actual) in golden.Columns.Zip(profile.Statistics()))
        {
            Assert.Equal((expected.Count, expected.Missing, expected.Distinct), (actual.Count, actual.Missing, actual.Distinct));
            Assert.True(actual.IsDistinctExact);
            Assert.Equal(expected.Numbers is null, actual.Numbers is null);
            if (expected.Numbers is { } numbers && actual.Numbers is { } found)
            {
                var q = found.Quantiles;
                Assert.Equal((numbers.Minimum, numbers.Maximum), (found.Minimum, found.Maximum));
                AssertClose([numbers.Mean, numbers.StandardDeviation], [found.Mean, found.StandardDeviation]);
                AssertClose(numbers.Quantiles, [q.P01, q.P05, q.P25, q.P50, q.P75, q.P95, q.P99]);
            }
        }
    }

    [Theory]
    [InlineData("1\n2\n3\n", ColumnType.Integer, false)]
    [InlineData("1\n\"\"\n3\n", ColumnType.Integer, true)]
    [InlineData("1\n2.5\n", ColumnType.Number, false)]
    [InlineData("2.5\n1\nNA\n", ColumnType.Number, true)]
    [InlineData("1\n9223372036854775808\n", ColumnType.Number, false)]
    [InlineData("true\nFalse\n", ColumnType.Boolean, false)]
    [InlineData("true\n1\n", ColumnType.Category, false)]
    [InlineData("2026-01-01\n2026-01-01T10:00Z\n", ColumnType.Timestamp, false)]
    [InlineData("2026-01-01\n2026\n", ColumnType.Category, false)]
    [InlineData("1\nred\n", ColumnType.Category, false)]
    [InlineData("NA\n?\n", ColumnType.Number, true)]
    [InlineData("inf\nred\n", ColumnType.Category, false)]
    public void A_column_has_the_narrowest_type_that_fits(string values, ColumnType type, bool isNullable) =>
        Assert.Equal([new ColumnSchema("x", type, isNullable)], Profile("x\n" + values).Schema().Columns);

    [Theory]
    [InlineData(10, 10, ColumnType.Category)]
    [InlineData(11, 11, ColumnType.Text)]
    [InlineData(11, 21, ColumnType.Text)]
    [InlineData(11, 22, ColumnType.Category)]
    [InlineData(1_000, 2_000, ColumnType.Category)]
    [InlineData(1_001, 10_000, ColumnType.Text)]
    public void Texts_are_a_category_if_they_are_few_and_seen_often(int distinct, int rows, ColumnType type) =>
        Assert.Equal(type, Profile("x\n" + Lines(rows, i => $"v{i % distinct}")).Schema().Columns[0].Type);

    [Fact]
    public void Long_texts_are_no_category() =>
        Assert.Equal(ColumnType.Text, Profile("x\n" + Lines(4, i => new string('a', 257))).Schema().Columns[0].Type);

    [Fact]
    public void A_column_that_turns_out_to_be_text_late_is_counted_from_the_start()
    {
        var column = Profile("x\n" + Lines(100, i => $"{i % 4}") + "4+\n").Statistics()[0];

        Assert.Equal((101, 5, true, null), (column.Count, column.Distinct, column.IsDistinctExact, column.Numbers));
        Assert.Equal([new("0", 25), new("1", 25), new("2", 25), new("3", 25), new("4+", 1)], column.Top);
    }

    [Fact]
    public void An_infinite_number_among_numbers_is_a_fault_at_its_line()
    {
        Assert.Equal(new CsvFault(3, "y", "The number is infinite or too large."), Profile("x,y\n1,2\n3,-inf\n4,1e999\n").FindFault());
        Assert.Null(Profile("x,y\n1,2\n3,inf\n4,red\n").FindFault());
    }

    [Fact]
    public void Many_distinct_values_are_estimated_to_within_five_percent()
    {
        foreach (var distinct in new[] { 1_001, 3_000, 12_000, 100_000 })
        {
            var column = Profile("x\n" + Lines(2 * distinct, i => $"{i % distinct}.5")).Statistics()[0];

            Assert.False(column.IsDistinctExact);
            Assert.InRange(column.Distinct, 0.95 * distinct, 1.05 * distinct);
        }
    }

    [Fact]
    public void Quantiles_of_many_numbers_are_off_by_less_than_the_documented_rank()
    {
        const int Rows = 200_000;
        var numbers = Profile("x\n" + Lines(Rows, i => $"{i * 7_919L % Rows}")).Statistics()[0].Numbers;

        Assert.False(numbers?.AreQuantilesExact);
        var (q, bound) = (numbers!.Quantiles, 0.013 * Rows);
        Assert.All(
            new[] { (0.01, q.P01), (0.05, q.P05), (0.25, q.P25), (0.5, q.P50), (0.75, q.P75), (0.95, q.P95), (0.99, q.P99) },
            quantile => Assert.InRange(quantile.Item2, (quantile.Item1 * Rows) - bound, (quantile.Item1 * Rows) + bound));
    }

    [Fact]
    public void Mean_and_deviation_hold_far_from_zero()
    {
        var numbers = Profile("x\n" + Lines(10_000, i => $"{1_000_000_000 + (i % 2)}")).Statistics()[0].Numbers;

        Assert.Equal(1_000_000_000.5, numbers?.Mean);
        Assert.Equal(Math.Sqrt(0.25 * 10_000 / 9_999), numbers?.StandardDeviation ?? 0, 9);
    }

    [Fact]
    public void Numbers_at_the_ends_of_the_range_have_finite_quantiles()
    {
        var numbers = Profile("x\n-1.7e308\n1.7e308\n").Statistics()[0].Numbers;

        Assert.Equal(0, numbers?.Quantiles.P50);
    }

    [Fact]
    public async Task The_data_sets_are_those_that_their_readme_names()
    {
        var readme = await File.ReadAllTextAsync(RepositoryFiles.Data("README.md"));
        var files = Directory.GetFiles(RepositoryFiles.Data(""), "*.csv");

        Assert.Equal(4, files.Length);
        Assert.All(files, file =>
        {
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
            Assert.Contains(readme.Split('\n'), line => line.Contains(Path.GetFileName(file), StringComparison.Ordinal) && line.Contains(hash, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void A_profile_survives_its_document()
    {
        var statistics = Profile("x,y\n1,red\n2.5,\n").Statistics();

        var read = Documents.Read<ColumnStatistics[]>(Documents.Write(statistics));

        Assert.Equal(JsonSerializer.Serialize(statistics), JsonSerializer.Serialize(read));
    }

    private static DatasetProfiler Profile(string text)
    {
        var profile = new DatasetProfiler();
        using var reader = new CsvReader(profile, CsvLimits.Default);
        reader.Write(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Null(reader.Complete());
        return profile;
    }

    private static string Lines(int count, Func<int, string> value) => string.Concat(Enumerable.Range(0, count).Select(i => value(i) + "\n"));

    private static void AssertClose(double[] expected, double[] actual) => Assert.All(
        expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - (1e-11 * Math.Abs(pair.First)), pair.First + (1e-11 * Math.Abs(pair.First))));
}
