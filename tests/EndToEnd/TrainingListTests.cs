using System.Net;
using System.Text.Json.Nodes;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd;

[Collection(SharedPlatform.Name)]
public sealed class TrainingListTests(DocumentedPlatform platform)
{
    [Fact]
    public async Task Pages_of_one_list_what_one_page_lists()
    {
        var whole = (await ListAsync("?limit=1000")).Items;
        var paged = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var (items, next) = await ListAsync(
                "?limit=1" + (continuation.Length > 0 ? $"&continuation={Uri.EscapeDataString(continuation)}" : ""));
            paged.AddRange(items);
            continuation = next;
        }

        Assert.True(whole.Count >= 2);
        Assert.Equal(whole, paged);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("other.training.0")]
    [InlineData("%0a")]
    [InlineData("%40default.training.")]
    public async Task A_continuation_cannot_lead_out_of_the_tenants_list(string continuation)
    {
        var answer = await platform.Host.Client.GetAsync($"/api/v1/training?continuation={continuation}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"continuation\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<(IReadOnlyList<string> Items, string? Continuation)> ListAsync(string query)
    {
        var page = JsonNode.Parse(await platform.Host.Client.GetStringAsync("/api/v1/training" + query));
        return ([.. (page?["items"]?.AsArray() ?? []).Select(item => item?["id"]?.GetValue<string>() ?? "")],
            page?["continuation"]?.GetValue<string>());
    }
}
