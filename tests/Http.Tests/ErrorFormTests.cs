using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mlops.Http;

public class ErrorFormTests
{
    private static readonly FieldError Shape = new("inputs[0].shape", "expected 2 numbers");
    private static readonly FieldError Age = new("age", "is missing");

    [Theory]
    [InlineData("/v2/models/churn/infer")]
    [InlineData("/v1/models/churn:predict")]
    [InlineData("/predict")]
    public async Task Inference_protocols_have_the_error_as_text_that_names_the_fields(string path)
    {
        var (status, body, type) = await AnswerAsync(path, 400, "See errors.", Shape, Age);

        Assert.Equal((400, "application/json; charset=utf-8"), (status, type));
        Assert.Equal("""{"error":"inputs[0].shape: expected 2 numbers; age: is missing"}""", body);
    }

    [Theory]
    [InlineData("/invocations", 400, "BAD_REQUEST")]
    [InlineData("/endpoints/churn/invocations", 404, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("/endpoints/churn/invocations", 503, "TEMPORARILY_UNAVAILABLE")]
    [InlineData("/invocations", 500, "INTERNAL_ERROR")]
    public async Task Mlflow_has_a_code_and_a_message(string path, int status, string code)
    {
        var answer = await AnswerAsync(path, status, "No.");

        Assert.Equal((status, $$"""{"error_code":"{{code}}","message":"No."}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Mlflow_refuses_a_content_type_in_plain_text()
    {
        var (status, body, type) = await AnswerAsync("/invocations", 415, "", new FieldError("Content-Type", "expected text/csv"));

        Assert.Equal((415, "Content-Type: expected text/csv", "text/plain; charset=utf-8"), (status, body, type));
    }

    [Theory]
    [InlineData("/api/v1/endpoints/churn/predict")]
    [InlineData("/v2models")]
    [InlineData("")]
    public async Task Everything_else_is_answered_in_problem_details(string path)
    {
        var (_, body, type) = await AnswerAsync(path, 400, "See errors.", Age);

        Assert.Equal("application/problem+json", type);
        Assert.Equal("age", JsonDocument.Parse(body).RootElement.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    private static async Task<(int Status, string Body, string? Type)> AnswerAsync(
        string path, int status, string detail, params FieldError[] errors)
    {
        using var services = new ServiceCollection().AddLogging().AddHttpEdge().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Request.Path = path;
        http.Response.Body = new MemoryStream();
        await http.Request.Error(status, detail, errors).ExecuteAsync(http);
        return (http.Response.StatusCode, Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()), http.Response.ContentType);
    }
}
