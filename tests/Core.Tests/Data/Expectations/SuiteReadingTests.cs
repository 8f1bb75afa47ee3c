namespace Mlops.Data;

public sealed class SuiteReadingTests
{
    [Theory]
    [InlineData("expect_column_to_exist", """{"column":"\uD800"}""", "kwargs: has a text that is not Unicode")]
    [InlineData("expect_column_values_to_be_between", "{}", "kwargs.min_value: is required, or max_value is", "kwargs.column: is required: the name of a column")]
    [InlineData("expect_column_values_to_be_between", """{"column":"a","min_value":"x","mostly":2}""", "kwargs.mostly: expected a number from 0 to 1", "kwargs.min_value: expected a number or an ISO 8601 instant")]
    [InlineData("expect_column_values_to_be_between", """{"column":"a","min_value":3,"max_value":2}""", "kwargs.max_value: expected at least min_value")]
    [InlineData("expect_column_values_to_be_between", """{"column":"a","min_value":3,"colour":2}""", "kwargs.colour: there is no such argument; expect_column_values_to_be_between takes column, max_value, min_value, mostly, row_condition, strict_max, strict_min")]
    [InlineData("expect_column_values_to_be_in_set", """{"column":"a","value_set":[1,null,{}]}""", "kwargs.value_set[1]: expected a text, a number, true or false", "kwargs.value_set[2]: expected a text, a number, true or false")]
    [InlineData("expect_column_values_to_be_in_set", """{"column":"a","value_set":[]}""", "kwargs.value_set: expected a list of 1 to 100000")]
    [InlineData("expect_column_values_to_match_regex", """{"column":"a","regex":"(a"}""", "kwargs.regex: expected a regular expression: Invalid pattern '(a' at offset 2. Not enough )'s.")]
    [InlineData("expect_column_values_to_match_regex", """{"column":"a","regex":"(?=a)b"}""", "kwargs.regex: expected a regular expression without backreferences, lookarounds and atomic groups, and not too large")]
    [InlineData("expect_column_values_to_match_strftime_format", """{"column":"a","strftime_format":"%Q"}""", "kwargs.strftime_format: there is no '%Q'; expected %Y %y %m %d %H %I %M %S %f %j %b %B %a %A %p %z %F %T %D %R %%")]
    [InlineData("expect_column_values_to_be_of_type", """{"column":"a","type_":"quaternion"}""", "kwargs.type_: expected integer, number, boolean, timestamp or text, or what pandas, SQL or Spark call them")]
    [InlineData("expect_column_quantile_values_to_be_between", """{"column":"a","quantile_ranges":{"quantiles":[0.5,2],"value_ranges":[[1,0]]}}""", "kwargs.quantile_ranges.quantiles[1]: expected a number from 0 to 1", "kwargs.quantile_ranges.value_ranges[0]: expected [least, most], either of them null", "kwargs.quantile_ranges.value_ranges: expected as many ranges as quantiles: 2")]
    [InlineData("expect_column_kl_divergence_to_be_less_than", """{"column":"a","partition_object":{"bins":[0,1],"weights":[0.5,0.5]}}""", "kwargs.partition_object.bins: expected 2 to 10000 ascending bounds, one more than weights")]
    [InlineData("expect_column_kl_divergence_to_be_less_than", """{"column":"a","partition_object":{"values":["x"],"weights":[0.5]},"threshold":-1}""", "kwargs.threshold: expected a number from 0", "kwargs.partition_object.weights: expected weights that add up to 1, with tail_weights where there are any")]
    [InlineData("expect_compound_columns_to_be_unique", """{"column_list":["a"],"ignore_row_if":"sometimes"}""", "kwargs.ignore_row_if: expected one of all_values_are_missing, any_value_is_missing, never", "kwargs.column_list: expected at least 2 columns")]
    [InlineData("unexpected_rows_expectation", """{"unexpected_rows_query":"SELECT * FROM t"}""", "kwargs.unexpected_rows_query: SQL is not run here; say which rows are unexpected in unexpected_rows_condition, as amount < 0 or paid is null", "kwargs.unexpected_rows_condition: is required: a condition on a row, as amount < 0 or paid is null")]
    [InlineData("expect_column_values_to_not_be_null", """{"column":"a","row_condition":"a >"}""", "kwargs.row_condition: expected a number, a quoted text or a column at character 4, found the end")]
    [InlineData("expect_column_value_to_be_nul", "{}", "type: there is no 'expect_column_value_to_be_nul'; nearest are expect_column_values_to_be_null, expect_column_values_to_be_unique, expect_column_values_to_be_in_set")]
    public void Everything_that_is_wrong_is_told_at_once_with_its_path(string type, string kwargs, params string[] errors) =>
        Assert.Equal(errors, Evaluations.Errors(type, kwargs));

    [Fact]
    public void Errors_of_several_expectations_are_told_together()
    {
        var suite = new ExpectationSuite([
            Evaluations.Expectation("expect_column_to_exist", """{"column":"a"}"""),
            Evaluations.Expectation("expect_column_to_exist", """{"column":""}"""),
            Evaluations.Expectation("nothing", "{}"),
        ]);

        var wrong = Assert.IsType<SuiteReading.Wrong>(CompiledSuite.Read(suite));

        Assert.Equal(["expectations[1].kwargs.column", "expectations[2].type"], wrong.Errors.Select(error => error.Path));
    }

    [Theory]
    [InlineData("""{"expectation_suite_name":"orders.warning","data_asset_type":null,"expectations":[{"expectation_type":"expect_column_pair_values_A_to_be_greater_than_B","kwargs":{"column_A":"a","column_B":"b","result_format":"COMPLETE","mostly":null},"meta":{}}],"meta":{"great_expectations_version":"0.18.0"}}""", "orders.warning")]
    [InlineData("""{"name":"orders.warning","id":"7","expectations":[{"type":"expect_column_pair_values_a_to_be_greater_than_b","kwargs":{"column_A":"a","column_B":"b"},"severity":"critical"}],"notes":null}""", "orders.warning")]
    public void Suites_of_either_version_of_great_expectations_are_read(string json, string name)
    {
        var read = Assert.IsType<ImportReading.Read>(SuiteImport.Read(System.Text.Encoding.UTF8.GetBytes(json)));

        Assert.Equal(name, read.Name.Value);
        var expectation = Assert.Single(Evaluations.Compiled(read.Suite).Suite.Expectations);
        Assert.Equal("expect_column_pair_values_a_to_be_greater_than_b", expectation.Type);
        Assert.Equal(["column_A", "column_B"], expectation.Kwargs.Keys);
    }

    [Theory]
    [InlineData("[]", "body")]
    [InlineData("{", "body")]
    [InlineData("""{"name":"\uD800","expectations":[]}""", "body")]
    [InlineData("""{"name":"..","expectations":[{"kwargs":3,"severity":"dire"},7]}""", "name", "expectations[0].type", "expectations[0].kwargs", "expectations[0].severity", "expectations[1].type", "expectations[1].kwargs")]
    public void A_foreign_suite_that_is_none_says_where(string json, params string[] paths)
    {
        var wrong = Assert.IsType<ImportReading.Wrong>(SuiteImport.Read(System.Text.Encoding.UTF8.GetBytes(json)));

        Assert.Equal(paths, wrong.Errors.Select(error => error.Path));
    }
}
