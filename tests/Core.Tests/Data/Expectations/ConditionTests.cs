namespace Mlops.Data;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("age >= 18", true)]
    [InlineData("age < 18", false)]
    [InlineData("age = 30.0", true)]
    [InlineData("not age = 30", false)]
    [InlineData("name == 'Ada'", true)]
    [InlineData("name != \"Ada\"", false)]
    [InlineData("name in ('Bob', \"Ada\") and age in (1, 30)", true)]
    [InlineData("name not in ('Bob')", true)]
    [InlineData("`home town` is null", true)]
    [InlineData("col(\"home town\").notNull()", false)]
    [InlineData("col('age') is not null & name = 'Ada'", true)]
    [InlineData("`home town` = 'x' or `home town` != 'x'", false)]
    [InlineData("`home town` not in ('x')", false)]
    [InlineData("paid = true", false)]
    [InlineData("paid != TRUE and not (age > 40 or name = 'Bob')", true)]
    [InlineData("born < '2000-01-01T00:00:00Z'", true)]
    [InlineData("born > \"1999\"", false)]
    [InlineData("age > weight", false)]
    [InlineData("age <= weight", true)]
    [InlineData("age = name", false)]
    [InlineData("name > 5", false)]
    [InlineData("false_name is null", false)]
    public void It_means_the_row_or_not(string condition, bool holds)
    {
        var result = Evaluations.Of(
            "age,name,home town,paid,born,weight,false_name\n30,Ada,,false,1990-12-10,65.5,y\n",
            "unexpected_rows_expectation",
            $$"""{"unexpected_rows_condition":{{System.Text.Json.JsonSerializer.Serialize(condition)}}}""");

        Assert.Null(result.ExceptionInfo.ExceptionMessage);
        Assert.Equal(holds, !result.Success);
    }

    [Theory]
    [InlineData("", "expected a column, not or a parenthesis at character 1, found the end")]
    [InlineData("a = ", "expected a number, a quoted text or a column at character 5, found the end")]
    [InlineData("a = 'x", "expected a closing quote at character 5, found ''x'")]
    [InlineData("(a = 1", "expected ) at character 7, found the end")]
    [InlineData("a = 1 b", "expected and, or, or the end at character 7, found 'b'")]
    [InlineData("a < true", "expected = or != before true and false at character 5, found 'true'")]
    [InlineData("__import__('os')", "expected =, !=, <, <=, >, >=, in, is null or is not null at character 11, found '('")]
    [InlineData("a = 1; drop table x", "expected and, or, or the end at character 6, found ';'")]
    public void What_is_no_condition_is_refused_with_the_place(string condition, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Condition.Parse(condition)).Message);

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.Throws<FormatException>(() => Condition.Parse(new string('(', 500) + "a = 1" + new string(')', 500)));
        Assert.Throws<FormatException>(() => Condition.Parse(string.Concat(Enumerable.Repeat("not ", 400)) + "a = 1"));
        Assert.Equal(["a", "b"], Condition.Parse("a = 1 " + string.Concat(Enumerable.Repeat("and b = 2 ", 180))).Columns);
    }

    // What Python 3.11's datetime.strptime reads and refuses.
    [Theory]
    [InlineData("%Y-%m-%d", "2024-02-29", true)]
    [InlineData("%Y-%m-%d", "2023-02-29", false)]
    [InlineData("%Y-%m-%d", "2023-2-9", true)]
    [InlineData("%Y-%m-%d", "23-02-09", false)]
    [InlineData("%Y%m%d", "2023111", true)]
    [InlineData("%m%d", "12", true)]
    [InlineData("%m%d", "1", false)]
    [InlineData("%d/%m/%y %H:%M:%S.%f", "01/12/23 23:59:59.123456", true)]
    [InlineData("%d/%m/%y %H:%M:%S.%f", "01/12/23 24:00:00.1", false)]
    [InlineData("%d %b %Y", "1 sep 2023", true)]
    [InlineData("%A, %B %d %Y", "Monday, January 01 2024", true)]
    [InlineData("%I:%M %p", "12:30 PM", true)]
    [InlineData("%I:%M %p", "13:30 PM", false)]
    [InlineData("%Y-%m-%dT%H:%M:%S%z", "2024-01-01T00:00:00+01:00", true)]
    [InlineData("%Y-%m-%dT%H:%M:%S%z", "2024-01-01T00:00:00Z", true)]
    [InlineData("%Y-%m-%dT%H:%M:%S%z", "2024-01-01T00:00:00", false)]
    [InlineData("100%% %Y", "100% 2024", true)]
    [InlineData("%j %Y", "366 2024", true)]
    [InlineData("%j %Y", "367 2024", false)]
    [InlineData("%d %b", "29 Feb", true)]
    [InlineData("%Y-%m-%d", "2024-01-01 ", false)]
    public void An_instant_is_read_as_strptime_reads_it(string format, string text, bool isMatch) =>
        Assert.Equal(isMatch, StrftimeFormat.Parse(format).IsMatch(System.Text.Encoding.UTF8.GetBytes(text)));
}
