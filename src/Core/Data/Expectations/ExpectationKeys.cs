using System.Globalization;

namespace Mlops.Data;

/// <summary>Where suites are kept: in the partition of the data sets, so that an upload's guard changes with its suite.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>s:{data set}:{suite}</c> the <see cref="SuiteSummary"/>; a range of them is the list.</item>
/// <item><c>t:{data set}:{suite}:{inverted number}</c> a <see cref="SuiteVersion"/>, newest first.</item>
/// <item><c>g:{data set}</c> which suite guards uploads; there is none where there is no such row.</item>
/// </list>
/// </remarks>
internal static class ExpectationKeys
{
    public static string Suites(DatasetName dataset) => $"s:{dataset}:";

    public static string Suite(DatasetName dataset, SuiteName name) => Suites(dataset) + name;

    public static string Versions(DatasetName dataset, SuiteName name) => $"t:{dataset}:{name}:";

    public static string Version(DatasetName dataset, SuiteName name, int number) =>
        Versions(dataset, name) + (int.MaxValue - number).ToString("D10", CultureInfo.InvariantCulture);

    public static string Guard(DatasetName dataset) => $"g:{dataset}";
}
