namespace Mlops.Api.AbTesting;

public sealed class PolicyValueFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly PolicyValueFunctions _values;

    public PolicyValueFunctionsTests() => _values = _api.Functions<PolicyValueFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("{}", "arm: expected either 'arm' or 'shares', and not both")]
    [InlineData("""{"arm":"a","shares":{"a":1}}""", "arm: expected either 'arm' or 'shares', and not both")]
    [InlineData("""{"arm":""}""", "arm: expected the name of an arm")]
    [InlineData("""{"shares":{"a":-1,"b":1}}""", "shares.a: expected a number from 0")]
    [InlineData("""{"shares":{"a":0}}""", "shares: expected at least one share above 0")]
    [InlineData("""{"shares":{}}""", "shares: expected at least one share above 0")]
    [InlineData("""{"arm":"a","confidence":1}""", "confidence: expected a number above 0 and below 1")]
    [InlineData("""{"arm":"a","greatestWeight":0}""", "greatestWeight: expected a number above 0")]
    [InlineData("""{"arm":"a","from":"yesterday"}""", "from: expected an ISO 8601 instant, as 2026-03-01T00:00:00Z")]
    public async Task What_is_wrong_with_a_policy_is_named(string body, string expected)
    {
        await _api.CreateEndpointAsync("live");
        var answer = await EstimateAsync(body);

        Assert.Equal((400, expected), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Fact]
    public async Task Without_predictions_the_log_cannot_tell_and_without_an_endpoint_there_is_none()
    {
        Assert.Equal(404, (await EstimateAsync("""{"arm":"a"}""")).Status);
        await _api.CreateEndpointAsync("live");
        var answer = await EstimateAsync("""{"arm":"a"}""");

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("0 predictions", answer.Json.GetProperty("refusal").GetString(), StringComparison.Ordinal);
        Assert.False(answer.Json.TryGetProperty("inversePropensity", out _));
    }

    private Task<Answer> EstimateAsync(string body) =>
        _api.AskAsync(async request => await _values.EstimateAsync(request, "live", default), body);
}
