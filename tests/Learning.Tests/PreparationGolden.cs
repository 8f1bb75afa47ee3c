using System.Text.Json;

namespace Mlops.Learning;

/// <summary>What scikit-learn makes of small columns, texts and scores; see <c>golden/make_preparation.py</c>.</summary>
internal static class PreparationGolden
{
    private static readonly JsonElement Root = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "preparation.json"))).RootElement;

    public static JsonElement Text => Root.GetProperty("text");

    public static JsonElement Numbers => Root.GetProperty("numbers");

    public static JsonElement Categories => Root.GetProperty("categories");

    public static JsonElement Calibration => Root.GetProperty("calibration");

    public static string[] Texts(this JsonElement element) => [.. element.EnumerateArray().Select(value => value.GetString()!)];

    /// <summary>Equal to within <paramref name="tolerance"/>, value by value.</summary>
    public static void AssertClose(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance = 1e-6) =>
        Assert.Equal(expected, actual, (left, right) => Math.Abs(left - right) <= tolerance);
}
