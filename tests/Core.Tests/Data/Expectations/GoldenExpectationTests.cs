using System.Text.Json;

namespace Mlops.Data;

/// <summary>Expectations against what pandas, numpy and scipy make of the same table; golden/expectations.py says how.</summary>
public sealed class GoldenExpectationTests
{
    private static readonly JsonElement[] Cases =
        [.. JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.Golden("expectations.json"))).RootElement.EnumerateArray()];

    private static readonly Lazy<ValidationResult> Results = new(() => Evaluations.Of(
        File.ReadAllText(RepositoryFiles.Golden("expectations.csv")),
        new ExpectationSuite([.. Cases.Select(item => Evaluations.Expectation(
            item.GetProperty("type").GetString() ?? "", item.GetProperty("kwargs").GetRawText()))])));

    public static TheoryData<int, string> Numbers
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (var i = 0; i < Cases.Length; i++)
            {
                data.Add(i, Cases[i].GetProperty("type").GetString() ?? "");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void It_comes_to_what_pandas_makes_of_it(int number, string type)
    {
        var (expected, result) = (Cases[number], Results.Value.Results[number]);

        Assert.Equal(type, result.Expectation.Type);
        Assert.Null(result.ExceptionInfo.ExceptionMessage);
        Assert.Equal(expected.GetProperty("success").GetBoolean(), result.Success);
        var found = Finding.Json(result.Result);
        foreach (var figure in expected.GetProperty("result").EnumerateObject())
        {
            AssertSame(figure.Value, found.TryGetProperty(figure.Name, out var value) ? value : default, figure.Name);
        }
    }

    [Fact]
    public void Every_type_is_there_met_and_unmet()
    {
        var both = Cases.GroupBy(item => item.GetProperty("type").GetString() ?? "")
            .Where(group => group.DistinctBy(item => item.GetProperty("success").GetBoolean()).Count() is 2).Select(group => group.Key);

        Assert.Equal(ExpectationTypes.Names, both.Order(StringComparer.Ordinal));
    }

    private static void AssertSame(JsonElement expected, JsonElement found, string name)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Number:
                Assert.True(found.ValueKind is JsonValueKind.Number, $"{name} is {found.ValueKind}");
                var (want, got) = (expected.GetDouble(), found.GetDouble());
                Assert.True(Math.Abs(want - got) <= 1e-9 * Math.Max(1, Math.Abs(want)), $"{name}: {got}, not {want}");
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), found.GetArrayLength());
                foreach (var (one, other) in expected.EnumerateArray().Zip(found.EnumerateArray()))
                {
                    AssertSame(one, other, name);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in expected.EnumerateObject())
                {
                    AssertSame(property.Value, found.GetProperty(property.Name), $"{name}.{property.Name}");
                }

                break;
            default:
                Assert.Equal(expected.ToString(), found.ToString());
                break;
        }
    }
}
