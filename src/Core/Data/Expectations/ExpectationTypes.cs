using System.Collections.Frozen;

namespace Mlops.Data;

/// <summary>Everything that can be expected, by the names and with the arguments that Great Expectations has for it.</summary>
/// <remarks>
/// <para>Of a row: <c>mostly</c> is the share of the values that are there which must be as expected, 1 unless said; expectations about
/// missing values count all rows. <c>row_condition</c> chooses the rows that are looked at, see <see cref="Condition"/>.</para>
/// <para>Where a column holds texts that are no numbers, an expectation of numbers is not met by them, and an expectation of a figure
/// of the whole column says that it cannot be decided; it is never passed over.</para>
/// </remarks>
public static class ExpectationTypes
{
    private static readonly FrozenDictionary<string, Func<Kwargs, Rule>> Readers = new Dictionary<string, Func<Kwargs, Rule>>
    {
        ["expect_table_row_count_to_be_between"] = TableTypes.RowCount,
        ["expect_table_columns_to_match_set"] = TableTypes.ColumnSet,
        ["expect_table_columns_to_match_ordered_list"] = TableTypes.ColumnList,
        ["expect_column_to_exist"] = TableTypes.ColumnExists,
        ["unexpected_rows_expectation"] = TableTypes.UnexpectedRows,
        ["expect_column_values_to_not_be_null"] = args => ValueTypes.Null(args, mustBeMissing: false),
        ["expect_column_values_to_be_null"] = args => ValueTypes.Null(args, mustBeMissing: true),
        ["expect_column_values_to_be_of_type"] = ValueTypes.OfType,
        ["expect_column_values_to_be_in_type_list"] = ValueTypes.InTypeList,
        ["expect_column_values_to_be_in_set"] = args => ValueTypes.InSet(args, mustBeIn: true),
        ["expect_column_values_to_not_be_in_set"] = args => ValueTypes.InSet(args, mustBeIn: false),
        ["expect_column_values_to_be_between"] = ValueTypes.Between,
        ["expect_column_values_to_be_unique"] = ValueTypes.Unique,
        ["expect_column_values_to_match_regex"] = args => ValueTypes.Matches(args, mustMatch: true),
        ["expect_column_values_to_not_match_regex"] = args => ValueTypes.Matches(args, mustMatch: false),
        ["expect_column_value_lengths_to_be_between"] = ValueTypes.Lengths,
        ["expect_column_values_to_match_strftime_format"] = ValueTypes.Strftime,
        ["expect_column_values_to_be_increasing"] = args => ValueTypes.Ordered(args, mustRise: true),
        ["expect_column_values_to_be_decreasing"] = args => ValueTypes.Ordered(args, mustRise: false),
        ["expect_column_value_z_scores_to_be_less_than"] = ValueTypes.Deviations,
        ["expect_column_mean_to_be_between"] = args => ColumnTypes.Figures(args, Figure.Mean),
        ["expect_column_median_to_be_between"] = args => ColumnTypes.Figures(args, Figure.Median),
        ["expect_column_stdev_to_be_between"] = args => ColumnTypes.Figures(args, Figure.StandardDeviation),
        ["expect_column_sum_to_be_between"] = args => ColumnTypes.Figures(args, Figure.Sum),
        ["expect_column_min_to_be_between"] = args => ColumnTypes.Figures(args, Figure.Minimum),
        ["expect_column_max_to_be_between"] = args => ColumnTypes.Figures(args, Figure.Maximum),
        ["expect_column_quantile_values_to_be_between"] = ColumnTypes.Quantiles,
        ["expect_column_proportion_of_unique_values_to_be_between"] = args => ColumnTypes.DistinctCount(args, asShare: true),
        ["expect_column_unique_value_count_to_be_between"] = args => ColumnTypes.DistinctCount(args, asShare: false),
        ["expect_column_distinct_values_to_be_in_set"] = args => ColumnTypes.DistinctValues(args, SetRelation.In),
        ["expect_column_distinct_values_to_contain_set"] = args => ColumnTypes.DistinctValues(args, SetRelation.Contain),
        ["expect_column_distinct_values_to_equal_set"] = args => ColumnTypes.DistinctValues(args, SetRelation.Equal),
        ["expect_column_kl_divergence_to_be_less_than"] = ColumnTypes.Divergence,
        ["expect_column_pair_values_a_to_be_greater_than_b"] = PairTypes.Greater,
        ["expect_column_pair_values_to_be_equal"] = PairTypes.Equal,
        ["expect_compound_columns_to_be_unique"] = PairTypes.CompoundUnique,
        ["expect_multicolumn_sum_to_equal"] = PairTypes.Sum,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names, in ordinal order. Case does not count, as Great Expectations has changed the case of one.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Readers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A name in the case that it has here; what is no name stays as it is.</summary>
    internal static string Canonical(string type) =>
        Names.FirstOrDefault(name => name.Equals(type, StringComparison.OrdinalIgnoreCase)) ?? type;

    internal static Func<Kwargs, Rule>? Find(string type) => Readers.GetValueOrDefault(type);
}
