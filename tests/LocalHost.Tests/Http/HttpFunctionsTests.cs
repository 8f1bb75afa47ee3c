using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Mlops.LocalHost.Http;

public sealed class HttpFunctionsTests : IAsyncLifetime
{
    private RunningHost? _host;

    private HttpClient Client => _host?.Client ?? throw new InvalidOperationException("The host has not started.");

    public async Task InitializeAsync() =>
        _host = await RunningHost.StartAsync([typeof(EchoFunctions)], app => app.Services.AddScoped<Visit>());

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [Fact]
    public async Task Route_values_become_typed_parameters() => Assert.Equal(
        "\"GET wine 42 0123456789abcdef0123456789abcdef True\"",
        await Client.GetStringAsync("typed/wine/41/01234567-89ab-cdef-0123-456789abcdef/true"));

    [Fact]
    public async Task A_route_value_that_is_not_of_its_parameters_type_is_refused_by_name()
    {
        var response = await Client.GetAsync("typed/wine/many/01234567-89ab-cdef-0123-456789abcdef/true");

        var problem = await ProblemAsync(HttpStatusCode.BadRequest, response);
        Assert.Contains("'number' is 'many'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("constrained/7", "GET 7 nothing")]
    [InlineData("constrained/7/abc", "GET 7 abc")]
    [InlineData("CONSTRAINED/7", "GET 7 nothing")]
    [InlineData("all/a/b%20c?d=1", "a/b c?d=1")]
    [InlineData("all", "")]
    public async Task Routes_match_as_functions_matches_them(string path, string answer) =>
        Assert.Equal(answer, await Client.GetStringAsync(path));

    [Theory]
    [InlineData("constrained/0")]
    [InlineData("constrained/seven")]
    [InlineData("constrained/7/ABC1")]
    [InlineData("nowhere")]
    public async Task A_path_that_no_route_matches_is_a_problem_404(string path)
    {
        var problem = await ProblemAsync(HttpStatusCode.NotFound, await Client.GetAsync(path));

        Assert.Contains("/" + path, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_method_is_a_problem_405_that_says_which_are_right()
    {
        var response = await Client.PostAsync("constrained/7", null);

        var problem = await ProblemAsync(HttpStatusCode.MethodNotAllowed, response);
        Assert.Equal(["DELETE", "GET"], response.Content.Headers.Allow.Order());
        Assert.Contains("POST", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("union/5", HttpStatusCode.OK, "5")]
    [InlineData("union/5?lost", HttpStatusCode.NotFound, "")]
    [InlineData("action", HttpStatusCode.Accepted, "/action")]
    public async Task Every_kind_of_result_is_written(string path, HttpStatusCode status, string body)
    {
        var response = await Client.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_function_may_write_the_response_itself()
    {
        var response = await Client.PostAsync("itself", new StringContent("as sent"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("as sent", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PATCH")]
    public async Task Without_a_route_the_name_is_the_route_and_without_methods_all_are_taken(string method)
    {
        var response = await Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "byname"));

        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(method, answer.GetProperty("method").GetString());
        Assert.Equal("ByName", answer.GetProperty("name").GetString());
        Assert.Equal("Mlops.LocalHost.Http.EchoFunctions.ByName", answer.GetProperty("entryPoint").GetString());
        Assert.Equal("httpTrigger", answer.GetProperty("trigger").GetString());
        Assert.True(answer.GetProperty("sameRequest").GetBoolean());
        Assert.True(Guid.TryParseExact(answer.GetProperty("invocationId").GetString(), "D", out _));
    }

    [Fact]
    public async Task Each_invocation_has_its_own_instance_and_scope()
    {
        Assert.Equal("1 1 0", await Client.GetStringAsync("count"));
        Assert.Equal("1 1 0", await Client.GetStringAsync("count"));
    }

    [Fact]
    public async Task What_a_function_throws_is_logged_with_the_trace_that_the_caller_gets_and_not_shown()
    {
        var response = await Client.GetAsync("fails");

        var problem = await ProblemAsync(HttpStatusCode.InternalServerError, response);
        var trace = problem.GetProperty("traceId").GetString() ?? "";
        Assert.Equal([trace], response.Headers.GetValues("x-request-id"));
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
        var logged = _host?.Log.Split('\n').Single(line => line.Contains("the secret of /fails", StringComparison.Ordinal)) ?? "";
        var entry = JsonDocument.Parse(logged).RootElement;
        Assert.Equal(trace, entry.GetProperty("traceId").GetString());
        Assert.Equal("Fails", entry.GetProperty("function").GetString());
        Assert.Equal("Error", entry.GetProperty("level").GetString());
    }

    [Fact]
    public async Task A_callers_trace_is_carried_on()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "count");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var response = await Client.SendAsync(request);

        Assert.Equal(["0af7651916cd43dd8448eb211c80319c"], response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task A_request_that_is_traced_on_demand_has_no_trace_when_nobody_asks()
    {
        var response = await Client.GetAsync("quiet/works");

        Assert.Equal("none", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("x-request-id"));
    }

    [Fact]
    public async Task A_request_that_is_traced_on_demand_carries_the_callers_trace_on()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "quiet/works");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var response = await Client.SendAsync(request);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", await response.Content.ReadAsStringAsync());
        Assert.Equal(["0af7651916cd43dd8448eb211c80319c"], response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task A_failure_gets_a_trace_even_where_requests_are_traced_on_demand()
    {
        var response = await Client.GetAsync("quiet/fails");

        var problem = await ProblemAsync(HttpStatusCode.InternalServerError, response);
        var trace = problem.GetProperty("traceId").GetString() ?? "";
        Assert.Equal([trace], response.Headers.GetValues("x-request-id"));
        var logged = _host?.Log.Split('\n').Single(line => line.Contains("the secret of /quiet", StringComparison.Ordinal)) ?? "";
        Assert.Equal(trace, JsonDocument.Parse(logged).RootElement.GetProperty("traceId").GetString());
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "localhost.evil.example:7071")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task A_page_elsewhere_cannot_call_through_the_browser(string header, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "count");
        request.Headers.Add(header, value);

        await ProblemAsync(HttpStatusCode.Forbidden, await Client.SendAsync(request));
    }

    [Theory]
    [InlineData("Host", "localhost:1234")]
    [InlineData("Host", "[::1]")]
    [InlineData("Origin", "http://127.0.0.1:7071")]
    public async Task A_page_of_this_machine_may_call(string header, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "count");
        request.Headers.Add(header, value);

        Assert.Equal(HttpStatusCode.OK, (await Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_not_passed_off_as_whole() =>
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Client.GetStringAsync("fails-late"));

    private static async Task<JsonElement> ProblemAsync(HttpStatusCode status, HttpResponseMessage response)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.Contains("x-request-id"));
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }
}
