using System.Text.Json;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The linear learners against scikit-learn's coefficients; see <c>golden/make_linear.py</c>.</summary>
public sealed class LinearGoldenTests
{
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "linear.json"))).RootElement;

    public static TheoryData<string, int> Cases()
    {
        var cases = new TheoryData<string, int>();
        foreach (var learner in new[] { "ridge", "elastic-net", "poisson-regression", "logistic-regression" })
        {
            for (var i = 0; i < Golden.GetProperty(learner).GetArrayLength(); i++)
            {
                cases.Add(learner, i);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_coefficients_are_those_of_scikit_learn(string learner, int index)
    {
        var golden = Golden.GetProperty(learner)[index];
        var data = await RealData.LoadAsync(golden.GetProperty("data").GetString() ?? "");
        if (golden.GetProperty("weighted").GetBoolean())
        {
            data = data with { Weights = [.. Enumerable.Range(0, data.Target.Length).Select(row => 1.0 + (row % 3))] };
        }

        var settings = golden.GetProperty("settings").EnumerateObject().Select(pair => (pair.Name, pair.Value.GetDouble()));
        (string, double)[] tight = learner is "ridge" ? [] : [("tolerance", 1e-10)];
        var model = Make.Learner(learner).Train(data, [.. settings, .. tight]);

        double[] expected = [.. golden.GetProperty("parameters").Matrix().SelectMany(row => row)];
        // Features and parameters are kept in single precision.
        Assert.Equal(expected, Parameters(model), (left, right) => Math.Abs(left - right) < 2e-6 * Math.Max(50, Math.Abs(left)));
    }

    private static double[] Parameters(ITrainedModel model) => model switch
    {
        LinearRegressor regressor => [.. regressor.Parameters],
        LinearClassifier { Outputs: var outputs } classifier =>
            [.. Enumerable.Range(0, outputs).SelectMany(output => classifier.Weights(output).ToArray())],
        _ => throw new InvalidOperationException($"{model} is not linear."),
    };
}
