using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mlops.Data;

/// <summary>How much is told of each expectation, by the names that Great Expectations has for it.</summary>
public enum ResultFormat
{
    /// <summary>Only whether it was met.</summary>
    [JsonStringEnumMemberName("BOOLEAN_ONLY")]
    BooleanOnly,

    /// <summary>Counts and up to 20 unexpected values.</summary>
    [JsonStringEnumMemberName("BASIC")]
    Basic,

    /// <summary>… and how often the most frequent of them occur, and in which rows the first ones stand.</summary>
    [JsonStringEnumMemberName("SUMMARY")]
    Summary,

    /// <summary>… and up to 10,000 unexpected values and their rows.</summary>
    [JsonStringEnumMemberName("COMPLETE")]
    Complete,
}

/// <summary>What came of holding a table against a suite, in the shape that Great Expectations gives it.</summary>
/// <param name="Success">Whether every expectation was met, whatever its severity.</param>
/// <param name="Results">One for each expectation, in the suite's order.</param>
public sealed record ValidationResult(
    bool Success,
    [property: JsonPropertyName("suite_name")] string SuiteName,
    IReadOnlyList<ExpectationResult> Results,
    ValidationStatistics Statistics,
    ValidationMeta Meta)
{
    /// <summary>The expectations of a severity that were not met.</summary>
    public IEnumerable<ExpectationResult> Failed(ExpectationSeverity severity) =>
        Results.Where(result => !result.Success && result.Expectation.Severity == severity);
}

/// <param name="SuccessPercent">0 to 100; absent of an empty suite.</param>
public sealed record ValidationStatistics(
    [property: JsonPropertyName("evaluated_expectations")] int EvaluatedExpectations,
    [property: JsonPropertyName("successful_expectations")] int SuccessfulExpectations,
    [property: JsonPropertyName("unsuccessful_expectations")] int UnsuccessfulExpectations,
    [property: JsonPropertyName("success_percent")] double? SuccessPercent = null);

/// <summary>What was held against what, and when.</summary>
/// <param name="DatasetVersion">Absent of a file that is no version.</param>
/// <param name="Rows">How many rows were looked at.</param>
public sealed record ValidationMeta(
    DatasetName Dataset,
    [property: JsonPropertyName("suite_version")] int SuiteVersion,
    [property: JsonPropertyName("validated_at")] DateTimeOffset ValidatedAt,
    long Rows,
    [property: JsonPropertyName("dataset_version")] int? DatasetVersion = null);

/// <summary>What came of one expectation.</summary>
/// <param name="ExceptionInfo">Why there is no verdict on the values; it then counts as not met.</param>
public sealed record ExpectationResult(
    bool Success,
    [property: JsonPropertyName("expectation_config")] Expectation Expectation,
    ResultDetails Result,
    [property: JsonPropertyName("exception_info")] ExceptionInfo ExceptionInfo)
{
    /// <summary>The failure in a sentence, for a message.</summary>
    public string Told()
    {
        var column = Expectation.Kwargs.TryGetValue("column", out var named) ? $" of '{named}'" : "";
        var finding = this switch
        {
            { ExceptionInfo.ExceptionMessage: { } message } => message,
            { Result: { UnexpectedCount: { } count, ElementCount: { } elements } } => $"{count} of {elements} rows are unexpected",
            { Result.ObservedValue: { } observed } => $"found {Shortened(observed.ToString())}",
            _ => "not met",
        };
        return $"{Expectation.Type}{column}: {finding.TrimEnd('.')}";
    }

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}

/// <param name="RaisedException">Whether the expectation could not be decided.</param>
/// <param name="ExceptionMessage">Why, a sentence.</param>
public sealed record ExceptionInfo(
    [property: JsonPropertyName("raised_exception")] bool RaisedException,
    [property: JsonPropertyName("exception_message")] string? ExceptionMessage = null)
{
    internal static readonly ExceptionInfo None = new(false);
}

/// <summary>The figures. Those that do not apply to an expectation, or to the format asked for, are absent.</summary>
/// <remarks>Percentages are 0 to 100. Rows are counted from 0, as pandas does.</remarks>
/// <param name="ElementCount">Rows looked at: those that meet the row condition.</param>
/// <param name="MissingCount">Of them, those without a value.</param>
/// <param name="UnexpectedPercent">Of the rows with a value.</param>
/// <param name="UnexpectedPercentTotal">Of all rows.</param>
/// <param name="PartialUnexpectedList">The first up to 20 unexpected values.</param>
/// <param name="PartialUnexpectedCounts">The up to 20 most frequent of the unexpected values; of very many different ones, those
/// that came among the first 1,000.</param>
/// <param name="UnexpectedList">The first up to 10,000.</param>
/// <param name="ObservedValue">What an expectation of a whole column or table found.</param>
/// <param name="Details">More on it, by the expectation.</param>
public sealed record ResultDetails(
    [property: JsonPropertyName("element_count")] long? ElementCount = null,
    [property: JsonPropertyName("missing_count")] long? MissingCount = null,
    [property: JsonPropertyName("missing_percent")] double? MissingPercent = null,
    [property: JsonPropertyName("unexpected_count")] long? UnexpectedCount = null,
    [property: JsonPropertyName("unexpected_percent")] double? UnexpectedPercent = null,
    [property: JsonPropertyName("unexpected_percent_total")] double? UnexpectedPercentTotal = null,
    [property: JsonPropertyName("unexpected_percent_nonmissing")] double? UnexpectedPercentNonmissing = null,
    [property: JsonPropertyName("partial_unexpected_list")] IReadOnlyList<JsonElement>? PartialUnexpectedList = null,
    [property: JsonPropertyName("partial_unexpected_index_list")] IReadOnlyList<long>? PartialUnexpectedIndexList = null,
    [property: JsonPropertyName("partial_unexpected_counts")] IReadOnlyList<UnexpectedValueCount>? PartialUnexpectedCounts = null,
    [property: JsonPropertyName("unexpected_list")] IReadOnlyList<JsonElement>? UnexpectedList = null,
    [property: JsonPropertyName("unexpected_index_list")] IReadOnlyList<long>? UnexpectedIndexList = null,
    [property: JsonPropertyName("observed_value")] JsonElement? ObservedValue = null,
    IReadOnlyDictionary<string, JsonElement>? Details = null);

/// <summary>How often an unexpected value occurs.</summary>
public sealed record UnexpectedValueCount(JsonElement Value, long Count);
