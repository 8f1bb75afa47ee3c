using System.Text.Json;

namespace Mlops.Data;

/// <summary>How bad it is when an expectation is not met.</summary>
public enum ExpectationSeverity
{
    /// <summary>The data must not be used: an upload is refused or its rows set aside, a training does not start.</summary>
    Critical,

    /// <summary>The data may be used and whoever uses it is told.</summary>
    Warning,

    /// <summary>It is only in the result.</summary>
    Info,
}

/// <summary>What a suite does with files that are uploaded to its data set.</summary>
public enum OnUpload
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>The file is stored whatever comes of it; the result is kept with the version.</summary>
    Warn,

    /// <summary>Rows that break a critical expectation are set aside, the others become the version.</summary>
    Quarantine,

    /// <summary>A file that breaks a critical expectation is not stored.</summary>
    Reject,
}

/// <summary>One thing that is expected of a table; see <see cref="ExpectationTypes"/> for what there is.</summary>
/// <param name="Type">The name that Great Expectations has for it, such as <c>expect_column_values_to_be_between</c>.</param>
/// <param name="Kwargs">Its arguments by the names that Great Expectations has for them: <c>column</c>, <c>min_value</c>,
/// <c>mostly</c>, <c>row_condition</c>.</param>
/// <param name="Meta">Kept as it is, for whoever wrote it.</param>
public sealed record Expectation(
    string Type,
    IReadOnlyDictionary<string, JsonElement> Kwargs,
    ExpectationSeverity Severity = ExpectationSeverity.Critical,
    IReadOnlyDictionary<string, JsonElement>? Meta = null);

/// <summary>What is expected of a data set, as data: it can be read, compared, sent and stored.</summary>
/// <param name="Expectations">In the order in which results are told.</param>
/// <param name="OnUpload">Whether, and how, it guards uploads.</param>
public sealed record ExpectationSuite(
    IReadOnlyList<Expectation> Expectations,
    OnUpload OnUpload = OnUpload.Off,
    IReadOnlyDictionary<string, JsonElement>? Meta = null);

/// <summary>One content that a suite has had. It never changes.</summary>
/// <param name="Name">The suite's name within its data set.</param>
/// <param name="Number">1 for the first; each new content gets the next number.</param>
/// <param name="Sha256">Of the suite as it is stored: what the version is known by, and its entity tag.</param>
public sealed record SuiteVersion(
    DatasetName Dataset, SuiteName Name, int Number, string Sha256, DateTimeOffset CreatedAt, ExpectationSuite Suite);

/// <summary>A named line of suite versions, and where it stands.</summary>
/// <param name="Latest">The number of the newest version.</param>
/// <param name="Expectations">How many the newest version has.</param>
public sealed record SuiteSummary(
    SuiteName Name, int Latest, string Sha256, int Expectations, OnUpload OnUpload, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>One thing that is wrong with a suite.</summary>
/// <param name="Path">Where, as <c>expectations[3].kwargs.min_value</c>.</param>
/// <param name="Problem">What was expected there.</param>
public sealed record SuiteError(string Path, string Problem);
