using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd;

[Collection(SharedPlatform.Name)]
public sealed class ExplanationTests(DocumentedPlatform platform)
{
    private const string Record = """{"record": {"weight": 176, "colour": "red", "sweetness": 12.3}}""";

    [Theory]
    [InlineData("")]
    [InlineData("?method=kernelShap&budget=64&seed=3")]
    public async Task Base_value_and_attributions_add_up_to_what_is_predicted(string query)
    {
        var (status, answer) = await ExplainAsync(query, Record);

        Assert.Equal(HttpStatusCode.OK, status);
        var output = answer["explanations"]![0]![0]!;
        var sum = answer["baseValues"]![output["output"]!.GetValue<string>()]!.GetValue<double>()
            + output["attributions"]!.AsObject().Sum(pair => pair.Value!.GetValue<double>());
        Assert.Equal(output["value"]!.GetValue<double>(), sum, 1e-6);
        Assert.Equal(["weight", "colour", "sweetness"], output["attributions"]!.AsObject().Select(pair => pair.Key));
    }

    [Theory]
    [InlineData("?method=guess&budget=1&seed=-1", Record, "method,budget,seed")]
    [InlineData("", """{"record": {"weight": "heavy", "colour": "red"}}""", "record.weight,record.sweetness")]
    public async Task What_cannot_be_explained_is_refused_by_name(string query, string body, string fields)
    {
        var (status, answer) = await ExplainAsync(query, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(fields, string.Join(',', answer["errors"]!.AsArray().Select(error => error!["field"]!.GetValue<string>())));
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> ExplainAsync(string query, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await platform.Host.Client.PostAsync($"{Path}{query}", content);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private string Path => platform.PathOf(ApiDescription.Operation("ExplainModelVersion"));
}
