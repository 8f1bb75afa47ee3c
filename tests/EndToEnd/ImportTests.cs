using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd;

/// <summary>Models as other tools write them, from the file to a prediction over HTTP.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "foreign");

    private Platform? _platform;

    private Platform Host => _platform ?? throw new InvalidOperationException("The platform has not started.");

    public async Task InitializeAsync() => _platform = await Platform.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();

    [Theory]
    [InlineData("zipmap_strings", """{"numbered": true}""", "c0", "b1", "a2")]
    [InlineData("zipmap_integers", """{"numbered": true}""", "0", "1", "2")]
    [InlineData("forest", """{"numbered": true}""", "0", "1")]
    [InlineData("sigmoid_column", """{"numbered": true, "classes": ["no", "yes"]}""", "no", "yes")]
    [InlineData("regression_vector", """{"numbered": true}""")]
    public async Task It_predicts_what_scikit_learn_says_it_predicts(string name, string spec, params string[] classes)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(spec), "spec" },
            { new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(Folder, $"{name}.onnx"))), "model", "model.onnx" },
        };
        using var registered = await Host.Client.PostAsync($"/api/v1/models/{name}/versions", form);
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync());
        var endpoint = name.Replace('_', '-');
        using var created = await Host.Client.PostAsJsonAsync("/api/v1/endpoints", new { name = endpoint, model = name, version = 1 });
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());

        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "expected.json")));
        var known = expected.RootElement.GetProperty(name);
        var (rows, results) = (known.GetProperty("rows"), known.GetProperty("result"));
        var records = rows.EnumerateArray().Select(row => row.EnumerateArray().Select((value, i) => (value, i))
            .ToDictionary(pair => $"f{pair.i}", pair => pair.value.GetDouble())).ToList();
        using var answer = await Host.Client.PostAsJsonAsync($"/api/v1/endpoints/{endpoint}/predict", new { records });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);

        var predictions = JsonNode.Parse(text)!["predictions"]!.AsArray();
        Assert.Equal(records.Count, predictions.Count);
        foreach (var (result, prediction) in results.EnumerateArray().Zip(predictions))
        {
            if (classes.Length is 0)
            {
                Assert.Equal(result.GetDouble(), prediction!["value"]!.GetValue<double>(), 1e-3);
                continue;
            }

            for (var i = 0; i < classes.Length; i++)
            {
                Assert.Equal(result[i].GetDouble(), prediction!["probabilities"]![classes[i]]!.GetValue<double>(), 2e-6);
            }
        }

        Assert.Empty(Host.Errors);
    }
}
