using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Mlops.Data;
using Mlops.Http;

namespace Mlops.Api.Data;

/// <summary>What data sets, their versions and their suites are called in requests, and that there is none of a name.</summary>
internal static class Names
{
    private const string DatasetRule = "1 to 63 lower-case letters, digits, hyphens or underscores, starting with a letter or digit";

    public static DatasetName Dataset(string? name) => Incoming.Value<DatasetName>(name, "name", DatasetRule);

    public static SuiteName Suite(string? name) => Incoming.Value<SuiteName>(name, "suite", SuiteName.Rule);

    /// <summary>A version's number, or null if none is named.</summary>
    public static int? Number(string? text, string field) =>
        string.IsNullOrEmpty(text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError(field, "expected a whole number from 1"));

    public static ProblemHttpResult NoDataset(DatasetName dataset) => Problems.NotFound($"There is no data set '{dataset}'.");

    public static ProblemHttpResult NoVersion(DatasetName dataset, int? number) =>
        number is null ? NoDataset(dataset) : Problems.NotFound($"There is no version {number} of data set '{dataset}'.");

    public static ProblemHttpResult NoSuite(DatasetName dataset, SuiteName suite, int? number) => Problems.NotFound(number is null
        ? $"Data set '{dataset}' has no suite '{suite}'."
        : $"Suite '{suite}' of data set '{dataset}' has no version {number}.");
}
