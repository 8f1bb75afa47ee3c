using System.Text.Json;
using Mlops.Data;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>How single columns are prepared, held against scikit-learn or worked out by hand, and the graph against both.</summary>
public sealed class PreprocessingTests
{
    public static TheoryData<Imputation, Scaling, string> Numbers()
    {
        var cases = new TheoryData<Imputation, Scaling, string>();
        foreach (var (impute, name) in new[]
        {
            (Imputation.Median, "median"), (Imputation.Mean, "mean"),
            (Imputation.MostFrequent, "most_frequent"), (Imputation.Constant, "constant"),
        })
        {
            foreach (var scale in Enum.GetValues<Scaling>())
            {
                cases.Add(impute, scale, $"{name}/{JsonNamingPolicy.CamelCase.ConvertName($"{scale}")}");
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Numbers_are_filled_and_scaled_as_in_scikit_learn(Imputation impute, Scaling scale, string golden)
    {
        var column = Make.Numbers("x", [.. PreparationGolden.Numbers.GetProperty("column").EnumerateArray()
            .Select(value => value.ValueKind is JsonValueKind.Null ? double.NaN : value.GetDouble())]);
        var how = new ColumnPreprocessing(impute, impute is Imputation.Constant ? -2.0 : null, Scale: scale);
        var probes = Make.Numbers("x", double.NaN, 0, 5.5, -100);
        foreach (var defaults in new[] { EncodingDefaults.Linear, EncodingDefaults.Trees })
        {
            var encoding = Encoded.Learn(defaults, Make.Prepared("x", how), column).Encoding;

            PreparationGolden.AssertClose(
                PreparationGolden.Numbers.GetProperty(golden).Vector(),
                Encoded.Rows(encoding, probes).Select(value => (double)value),
                1e-5);
            Encoded.GraphAgrees(encoding, probes);
        }
    }

    [Fact]
    public void An_indicator_says_where_a_number_was_missing()
    {
        Column[] columns = [Make.Numbers("a", 1, 2, 3), Make.Numbers("b", 4, double.NaN, 6)];
        var how = new ColumnPreprocessing(Imputation.Constant, 0.0, Indicator: true, Scale: Scaling.None);
        var encoding = Encoded.Learn(EncodingDefaults.Trees, Make.Prepared("b", how), columns).Encoding;

        Assert.Equal([1f, 4, 0, 2, 0, 1, 3, 6, 0], Encoded.Rows(encoding, columns));
        Assert.Equal([0, 1, 1], encoding.Origins);
        Encoded.GraphAgrees(encoding, columns);
    }

    [Fact]
    public void An_indicator_says_where_a_category_was_missing()
    {
        var column = Make.Strings("c", "x", null, "y", "x", "");
        var how = new ColumnPreprocessing(Imputation.MostFrequent, Indicator: true);
        var encoding = Encoded.Learn(EncodingDefaults.Linear, Make.Prepared("c", how), column).Encoding;

        Assert.Equal([0f, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0], Encoded.Rows(encoding, column));
        Encoded.GraphAgrees(encoding, column);
        Encoded.GraphAgrees(encoding, Make.Strings("c", "new", null, "x"));
    }

    [Fact]
    public void A_missing_category_is_the_word_that_takes_its_place()
    {
        var column = Make.Strings("c", "x", null, "y");
        var how = new ColumnPreprocessing(Imputation.Constant, "z");
        var encoding = Encoded.Learn(EncodingDefaults.Linear, Make.Prepared("c", how), column).Encoding;

        Assert.Equal([0f, 0, 1, 0, 0, 1, 0, 0, 0], Encoded.Rows(encoding, Make.Strings("c", null, "z", "other")));
        Encoded.GraphAgrees(encoding, Make.Strings("c", null, "z", "other", ""));
    }

    [Theory]
    [InlineData("atMostThree", 3, null)]
    [InlineData("atLeast15Percent", null, 0.15)]
    public void Rare_categories_are_folded_as_in_scikit_learn(string golden, int? maxCategories, double? minFrequency)
    {
        var column = Make.Strings("c", PreparationGolden.Categories.GetProperty("column").Texts());
        var probes = Make.Strings("c", PreparationGolden.Categories.GetProperty("probes").Texts());
        var how = new ColumnPreprocessing(MaxCategories: maxCategories, MinFrequency: minFrequency);
        foreach (var defaults in new[] { EncodingDefaults.Linear, EncodingDefaults.Trees })
        {
            var encoding = Encoded.Learn(defaults, Make.Prepared("c", how), column).Encoding;

            Assert.Equal(
                PreparationGolden.Categories.GetProperty(golden).Matrix().SelectMany(row => row).Select(value => (float)value),
                Encoded.Rows(encoding, probes));
            Encoded.GraphAgrees(encoding, probes);
        }
    }

    [Fact]
    public void Ordinals_follow_the_order_of_the_words_as_in_scikit_learn()
    {
        var column = Make.Strings("c", PreparationGolden.Categories.GetProperty("column").Texts());
        var probes = Make.Strings("c", PreparationGolden.Categories.GetProperty("probes").Texts());
        var how = new ColumnPreprocessing(Encode: CategoryEncoding.Ordinal);
        var learned = Encoded.Learn(EncodingDefaults.Trees, Make.Prepared("c", how), column);

        Assert.Equal(
            PreparationGolden.Categories.GetProperty("ordinal").Vector().Select(value => value < 0 ? float.NaN : (float)value),
            Encoded.Rows(learned.Encoding, probes));
        Assert.Equal([0], learned.RankedLevels);
        Encoded.GraphAgrees(learned.Encoding, probes);
    }

    [Fact]
    public void A_linear_model_takes_an_unknown_ordinal_for_the_median()
    {
        var how = new ColumnPreprocessing(Encode: CategoryEncoding.Ordinal, Scale: Scaling.None);
        var column = Make.Strings("c", "a", "b", "c", "c", "d");
        var encoding = Encoded.Learn(EncodingDefaults.Linear, Make.Prepared("c", how), column).Encoding;

        Assert.Equal([2f, 0], Encoded.Rows(encoding, Make.Strings("c", "new", "a")));
        Encoded.GraphAgrees(encoding, Make.Strings("c", "new", "a", null));
    }

    [Fact]
    public void Ranks_of_many_categories_are_said_to_have_no_order()
    {
        var many = Make.Strings("c", [.. Enumerable.Range(0, 40).Select(i => $"level {i % 20}")]);
        var numbers = Make.Numbers("x", [.. Enumerable.Range(0, 40).Select(i => (double)i)]);
        Column[] columns = [many, numbers, Make.Strings("d", [.. Enumerable.Repeat("a", 40)])];

        var encoding = new TreeEncoding(Make.Raw(columns), Make.Signature(columns));

        Assert.Equal([0, 20, 0], encoding.Levels);
        Assert.Equal([1, 0, 2], encoding.Origins);
    }

    [Fact]
    public void A_million_categories_are_folded_not_spread()
    {
        var codes = Enumerable.Range(0, 1_000_000).ToArray();
        var schema = new ColumnSchema("id", ColumnType.Category, false);
        var column = new StringColumn(schema, codes, Array.ConvertAll(codes, code => $"id {code}"));

        Assert.Equal(1_001, Encoded.Learn(EncodingDefaults.Linear, Preparation.Default, column).Encoding.Origins.Length);
        Assert.Single(Encoded.Learn(EncodingDefaults.Trees, Preparation.Default, column).Encoding.Origins);
    }

    [Fact]
    public void A_linear_model_must_fill_what_is_missing()
    {
        var refusal = Assert.Throws<TrainingRefusedException>(() => Encoded.Learn(
            EncodingDefaults.Linear, Make.Prepared("x", new ColumnPreprocessing(Imputation.None)), Make.Numbers("x", 1, 2)));

        Assert.Equal("The column 'x' needs an imputation: this learner cannot take missing values.", refusal.Message);
    }

    [Fact]
    public void A_column_without_any_value_is_zero()
    {
        Column[] columns = [Make.Numbers("x", double.NaN, double.NaN), Make.Strings("c", null, null), Make.Texts("t", null, "")];
        var encoding = Encoded.Learn(EncodingDefaults.Linear, Preparation.Default, columns).Encoding;

        Assert.Equal([0f, 1, 0, 1], Encoded.Rows(encoding, columns));
        Assert.DoesNotContain(true, encoding.Usable);
        Encoded.GraphAgrees(encoding, columns);
    }
}
