using System.Text.Json;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What scikit-learn makes of the data sets; see <c>golden/make.py</c>.</summary>
internal static class Golden
{
    private static readonly JsonElement Sets = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "scikit-learn.json")))
        .RootElement.GetProperty("sets");

    private static readonly JsonElement Trees = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "trees.json")))
        .RootElement;

    public static JsonElement Of(string name) => Sets.GetProperty(name);

    /// <summary>How well a forest does, or boosting with a loss; see <c>golden/trees.py</c>.</summary>
    public static double Of(string name, string learner) => Trees.GetProperty(name).GetProperty(learner).GetDouble();

    /// <summary>The rows to learn from and those held out, as scikit-learn had them.</summary>
    public static (TrainingData Train, TrainingData Test) Split(string name, TrainingData data)
    {
        var held = Of(name).GetProperty("test").EnumerateArray().Select(row => row.GetInt32()).ToHashSet();
        return (data.Take([.. Enumerable.Range(0, data.Target.Length).Where(row => !held.Contains(row))]), data.Take([.. held.Order()]));
    }

    public static double Number(this JsonElement element, string learner, string metric) =>
        element.GetProperty(learner).GetProperty(metric).GetDouble();

    public static double[] Vector(this JsonElement element) => [.. element.EnumerateArray().Select(value => value.GetDouble())];

    public static double[][] Matrix(this JsonElement element) => [.. element.EnumerateArray().Select(Vector)];
}
