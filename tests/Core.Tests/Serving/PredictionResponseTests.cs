using System.Buffers;
using System.Text;
using Mlops.Registry;

namespace Mlops.Serving;

public sealed class PredictionResponseTests : IDisposable
{
    private readonly RegistryOnDisk _registry = new();

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task A_classifier_answers_with_label_and_probabilities() => Assert.Equal(
        """{"model":"churn","version":1,"predictions":["""
        + """{"label":"yes","probabilities":{"no":0.25,"yes":0.75}},{"label":"no","probabilities":{"no":0.5,"yes":0.5}}]}""",
        Write(await VersionAsync(), [0.25f, 0.75f, 0.5f, 0.5f]));

    [Theory]
    [InlineData(0.25, "yes", "yes", "no")]
    [InlineData(0.9, "no", "no", "no")]
    [InlineData(0.3, "yes", "no", "no")]
    public async Task The_label_follows_the_decision_threshold_of_the_signature(double threshold, string first, string second, string third)
    {
        var version = await VersionAsync();
        version = version with { Signature = version.Signature with { DecisionThreshold = threshold } };

        using var json = System.Text.Json.JsonDocument.Parse(Write(version, [0.7f, 0.3f, 0.75f, 0.25f, 0.9f, 0.1f]));

        Assert.Equal(
            [first, second, third],
            json.RootElement.GetProperty("predictions").EnumerateArray().Select(prediction => prediction.GetProperty("label").GetString()));
    }

    [Fact]
    public async Task A_regressor_answers_with_values() => Assert.Equal(
        """{"model":"churn","version":1,"predictions":[{"value":0.1},{"value":-3E+20}]}""",
        Write(await RegressionAsync(), [0.1f, -3e20f]));

    [Fact]
    public async Task Labels_are_escaped()
    {
        var version = await VersionAsync();
        version = version with { Signature = version.Signature with { Classes = ["a\"b", "c\n"] } };

        using var json = System.Text.Json.JsonDocument.Parse(Write(version, [1, 0]));

        Assert.Equal("a\"b", json.RootElement.GetProperty("predictions")[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task Every_answer_is_whole_when_many_threads_write_at_once()
    {
        var writer = new PredictionResponseWriter(await VersionAsync());
        var expected = Write(await Task.FromResult(writer), Enumerable.Repeat(0.5f, 200).ToArray());

        Parallel.For(0, 200, _ => Assert.Equal(expected, Write(writer, Enumerable.Repeat(0.5f, 200).ToArray())));
    }

    private async Task<ModelVersion> VersionAsync() => await _registry.RegisterAsync("a");

    private async Task<ModelVersion> RegressionAsync()
    {
        var version = await VersionAsync();
        return version with { Signature = version.Signature with { Task = TaskType.Regression, Classes = [] } };
    }

    private static string Write(ModelVersion version, float[] scores) => Write(new PredictionResponseWriter(version), scores);

    private static string Write(PredictionResponseWriter writer, float[] scores)
    {
        var buffer = new ArrayBufferWriter<byte>();
        writer.Write(buffer, scores);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
