using System.Text;
using System.Text.Json;

namespace Mlops.Data;

/// <summary>Holds small tables against suites written as JSON.</summary>
internal static class Evaluations
{
    public static Expectation Expectation(string type, string kwargs, ExpectationSeverity severity = ExpectationSeverity.Critical) =>
        new(type, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(kwargs) ?? [], severity);

    public static ExpectationResult Of(string csv, string type, string kwargs, ResultFormat format = ResultFormat.Summary) =>
        Of(csv, new ExpectationSuite([Expectation(type, kwargs)]), format).Results[0];

    public static ValidationResult Of(string csv, ExpectationSuite suite, ResultFormat format = ResultFormat.Summary)
    {
        var evaluation = new SuiteEvaluation(Compiled(suite));
        Assert.Null(Read(csv, evaluation));
        if (evaluation.NeedsSecondPass)
        {
            evaluation.BeginSecondPass();
            Assert.Null(Read(csv, evaluation));
        }

        return evaluation.Result(format, SuiteName.Default, rows => new ValidationMeta(
            DatasetName.Parse("table"), 1, DateTimeOffset.UnixEpoch, rows));
    }

    public static CompiledSuite Compiled(ExpectationSuite suite) => CompiledSuite.Read(suite) switch
    {
        SuiteReading.Read(var compiled) => compiled,
        SuiteReading.Wrong(var errors) => throw new InvalidOperationException(string.Join("; ", errors)),
        _ => throw new NotSupportedException(),
    };

    /// <summary>What is wrong with one expectation, as <c>path: problem</c>, paths without what they all start with.</summary>
    public static IReadOnlyList<string> Errors(string type, string kwargs) =>
        CompiledSuite.Read(new ExpectationSuite([Expectation(type, kwargs)])) is SuiteReading.Wrong(var errors)
            ? [.. errors.Select(error => $"{error.Path.Replace("expectations[0].", "", StringComparison.Ordinal)}: {error.Problem}")]
            : [];

    public static CsvFault? Read(string csv, CsvSink sink)
    {
        using var reader = new CsvReader(sink, CsvLimits.Default);
        return reader.Write(Encoding.UTF8.GetBytes(csv)) ?? reader.Complete();
    }
}
