using System.Text.Json.Nodes;

namespace Mlops.EndToEnd.OpenApi;

/// <summary>Sends every operation with its documented examples to a running platform and looks at what comes back.</summary>
[Collection(SharedPlatform.Name)]
public sealed class TourTests(DocumentedPlatform platform)
{
    /// <summary>Unloading is never possible: what is in memory follows from the endpoints.</summary>
    public static TheoryData<string> Operations =>
        [.. ApiDescription.Operations.Select(operation => operation.Id).Where(id => id is not "V2UnloadModel")];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Its_examples_succeed_with_answers_as_described(string id)
    {
        var operation = ApiDescription.Operation(id);
        var answers = platform.Answers.Where(sent => sent.Operation == id).Select(sent => sent.Answer).ToList();

        Assert.NotEmpty(answers);
        foreach (var answer in answers)
        {
            Assert.InRange(answer.Status, 200, 299);
            Assert.Contains(answer.Status, operation.Responses.Keys);
            var content = operation.Responses[answer.Status]["content"] as JsonObject ?? [];
            Assert.True(
                content.Count is 0 || id is "GetModelFile" || content.ContainsKey(answer.ContentType ?? ""),
                $"{id} answers {answer.ContentType}");
            Assert.Empty(content["application/json"]?["schema"] is { } schema ? JsonSchema.Faults(answer.Json, schema) : []);
        }
    }

    [Fact]
    public void Etags_and_locations_are_where_they_are_promised()
    {
        foreach (var (id, answer) in platform.Answers)
        {
            var promised = ApiDescription.Operation(id).Responses[answer.Status]["headers"] as JsonObject ?? [];
            Assert.All(promised, header => Assert.True(answer.Headers.Contains(header.Key), $"{id} has no {header.Key}"));
        }
    }

    [Fact]
    public void The_trainings_of_the_examples_are_promoted() => Assert.All(
        platform.Answers.Single(sent => sent.Operation is "ListTrainings").Answer.Json?["items"]?.AsArray() ?? [],
        training => Assert.Equal("promoted", training?["result"]?["outcome"]?.GetValue<string>()));

    [Fact]
    public void Nothing_was_logged_as_an_error() => Assert.Empty(platform.Host.Errors);
}
