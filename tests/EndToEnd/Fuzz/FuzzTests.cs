using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mlops.EndToEnd.OpenApi;
using Mlops.Http;
using Xunit.Abstractions;

namespace Mlops.EndToEnd.Fuzz;

/// <summary>Malformed requests to every route of a running platform: each is answered, none with 5xx, and what is wrong is named.</summary>
[Collection(SharedPlatform.Name)]
public sealed class FuzzTests(DocumentedPlatform platform, ITestOutputHelper output)
{
    private const int Seed = 20260101;
    private const int CasesPerOperation = 40;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Answers that need a gigabyte announced, a key sent twice, a model from elsewhere or a broken platform.</summary>
    private static readonly string[] OutOfReach =
    [
        "UploadDataset 413", "PutArtifact 413", "Predict 422", "Predict 429", "Predict 503", "Predict 504", "Readyz 503", "StartTraining 422", "StartReproduction 409",
        "Ready 503", "V1Explain 409",
        .. new[] { "InvokeEndpoint", "Invoke", "PredictOne", "V1Predict", "V1Explain", "V2Infer", "V2InferVersion" }
            .SelectMany(id => new[] { $"{id} 422", $"{id} 429", $"{id} 503", $"{id} 504" }),
        "V2Infer 413", "V2InferVersion 413",
        .. new[] { "V2Ready", "V2Model", "V2ModelVersion", "V2ModelReady", "V2ModelVersionReady", "V2LoadModel" }.Select(id => $"{id} 503"),
        "RegisterModelVersion 200", "RegisterModelVersion 413", "ExplainModelVersion 409", "ExplainModelVersion 413", "Explain 409", "Explain 413", "Explain 503",
    ];

    [Fact]
    public async Task Malformed_requests_are_answered_by_naming_what_is_wrong()
    {
        await PrepareAsync();
        var deformations = new Deformations(platform, Seed);
        var cases = ApiDescription.Operations
            .SelectMany(operation => deformations.Systematic(operation).Concat(deformations.Some(operation, CasesPerOperation)))
            .Concat(Directed(deformations)).ToList();
        Assert.True(cases.Count >= 1_000);

        using var client = new HttpClient { Timeout = Deadline };
        var faults = new List<string>();
        var seen = platform.Answers.Select(sent => $"{sent.Operation} {sent.Answer.Status}").ToHashSet(StringComparer.Ordinal);
        seen.Add("RemoveAbTest 409");
        foreach (var request in cases)
        {
            var (answer, fault) = await TryAsync(client, request);
            seen.Add(string.Create(CultureInfo.InvariantCulture, $"{request.Operation.Id} {answer?.Status}"));
            if (fault is not null)
            {
                faults.Add($"{fault}: {request} -> {answer?.Status} {answer?.Text}");
            }
        }

        var promised = ApiDescription.Operations.SelectMany(operation =>
            operation.Responses.Keys.Select(status => $"{operation.Id} {status}"));
        output.WriteLine($"{cases.Count} requests, {faults.Count} faults");
        foreach (var line in faults.Concat(platform.Host.Errors))
        {
            output.WriteLine(line);
        }

        Assert.Empty(faults);
        Assert.Empty(platform.Host.Errors);
        var unseen = promised.Except(seen).Except(OutOfReach).ToList();
        Assert.True(unseen.Count is 0, string.Join(", ", unseen));
        await StillWorksAsync();
    }

    private async Task PrepareAsync()
    {
        var client = platform.Host.Client;
        await client.PostAsync("/api/v1/endpoints", Json("""{"name": "spare", "model": "fruit", "version": 1}"""));
        await client.PutAsync("/api/v1/models/fruit/aliases/spare", Json("""{"version": 1}"""));
        await client.PutAsync("/api/v1/datasets/guarded/expectations/guard", Json(
            """
            {"onUpload": "reject",
             "expectations": [{"type": "expect_column_min_to_be_between", "kwargs": {"column": "weight", "min_value": 0}}]}
            """));

        // A test in each state.
        foreach (var name in new[] { "over", "running", "draft" })
        {
            await client.PostAsync("/api/v1/ab-tests", Json($$"""
                {"name": "{{name}}", "endpoint": "spare", "metric": {"kind": "reward"},
                 "control": {"name": "a", "model": "fruit", "version": 1}, "treatments": [{"name": "b", "model": "fruit", "version": 1}]}
                """));
        }

        await client.PostAsync("/api/v1/ab-tests/over/start", null);
        await client.PostAsync("/api/v1/ab-tests/over/stop", Json("{}"));
        await client.PostAsync("/api/v1/ab-tests/running/start", null);

        // Asked now, since the timer may end it once the requests below have changed its endpoint.
        using var refused = await client.DeleteAsync("/api/v1/ab-tests/running");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        // A version that failed its gates, which may not reach production.
        var started = await client.PostAsync("/api/v1/training", Json(
            """
            {"model": "unripe", "dataset": "fruit", "datasetVersion": 1, "target": "ripe", "learner": {"name": "logistic-regression"},
             "gates": [{"metric": "logLoss", "atMost": -1}]}
            """));
        var id = JsonNode.Parse(await started.Content.ReadAsStringAsync())?["id"]?.GetValue<string>();
        await client.GetStringAsync($"/api/v1/training/{id}/events");
    }

    /// <summary>Cases that chance would hardly find.</summary>
    private static IEnumerable<FuzzCase> Directed(Deformations deformations)
    {
        FuzzCase With(string operation, string body, Wrong wrong = Wrong.Field) =>
            deformations.Good(ApiDescription.Operation(operation)) with { Body = System.Text.Encoding.UTF8.GetBytes(body), Wrong = wrong };

        yield return With("CreateModel", """{"name": "nuts"}""", Wrong.Nothing);
        yield return With("CreateEndpoint", """{"name": "fruit", "model": "fruit", "version": 1}""", Wrong.Nothing);
        yield return With("PutExpectationSuite", """{"expectations": [], "onUpload": "warn"}""", Wrong.Nothing) with
        {
            Target = "/api/v1/datasets/guarded/expectations/other",
        };
        yield return With("UploadDataset", "weight,colour\n-1,red\n", Wrong.Nothing) with { Target = "/api/v1/datasets/guarded/versions" };
        yield return With("MoveModelVersionStage", """{"stage": "production"}""", Wrong.Nothing) with
        {
            Target = "/api/v1/models/unripe/versions/1/stage",
        };
        yield return With("Predict", """{"record": {"weight": 3e38, "colour": "red", "sweetness": 3e38}}""", Wrong.Nothing);
        FuzzCase On(string test, string operation)
        {
            var good = deformations.Good(ApiDescription.Operation(operation));
            return good with { Target = good.Target.Replace("ripeness", test, StringComparison.Ordinal) };
        }

        foreach (var (test, operation) in new[]
        {
            ("running", "RemoveAbTest"), ("over", "StartAbTest"), ("draft", "AnalyzeAbTest"), ("draft", "StopAbTest"),
        })
        {
            var good = On(test, operation);
            yield return operation is "StopAbTest" ? good with { Body = "{}"u8.ToArray() } : good;
            yield return good with { Headers = [("If-Match", "\"0\"")] };
        }

        var wide = string.Join(',', Enumerable.Range(0, 99).Select(i => $"\"k{i}\": \"{new string('ü', 5_000)}\""));
        yield return With("CreateModel", $$"""{"name": "wide", "tags": { {{wide}} } }""");
        yield return With("EditModel", $$"""{"tags": { {{wide}} } }""");
        yield return With("EditModelVersion", $$"""{"tags": { {{wide}} } }""");
        yield return With("EditModel", $$"""{"description": "{{new string('d', 20_001)}}"}""");
        foreach (var quotes in new[] { 10_000, 100_000, 900_000 })
        {
            var text = new string('\'', quotes);
            yield return With("StartTraining",
                $$"""{"model": "m", "dataset": "d", "target": "{{text}}", "learner": {"name": "logistic-regression"} }""");
            yield return With("StartTraining", $$"""{"model": "m", "dataset": "d", "target": "t", "learner": {"name": "{{text}}"} }""");
            yield return With("CreateRun", $$"""{"experimentId": "1", "tags": [{"key": "k", "value": "{{text}}"}]}""");
            yield return With("CreateRun", $$"""{"experimentId": "{{text}}"}""");
            yield return With("LogBatch", $$"""{"params": [{"key": "{{text}}", "value": "v"}]}""");
            yield return With("CreateExperiment", $$"""{"name": "{{text}}"}""");
            yield return With("CreateEndpoint", $$"""{"name": "{{text}}", "model": "{{text}}", "description": "{{text}}"}""");
            yield return With("Predict", $$"""{"record": {"{{text}}": "{{text}}"} }""");
        }

        var full = string.Join(',', Enumerable.Range(0, 100)
            .Select(i => $"{{\"key\": \"p{i}\", \"value\": \"{new string('ü', 5_000)}\"}}"));
        yield return With("LogBatch", $$"""{"params": [{{full}}]}""");
        yield return With("LogBatch", $$"""{"tags": [{{full}}]}""");
        yield return With("CreateRun", $$"""{"experimentId": "1", "tags": [{{full}}]}""");
    }

    private async Task<(Answer? Answer, string? Fault)> TryAsync(HttpClient client, FuzzCase request)
    {
        using var message = request.ToRequest(platform.Host.Address);
        try
        {
            using var response = await client.SendAsync(message);
            var answer = new Answer(
                (int)response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                await response.Content.ReadAsStringAsync(),
                response.Headers);
            return (answer, FaultOf(request, answer));
        }
        catch (TaskCanceledException)
        {
            return (null, "no answer in time");
        }
        catch (HttpRequestException failure)
        {
            return (null, $"no answer: {failure.Message}");
        }
    }

    private static string? FaultOf(FuzzCase request, Answer answer)
    {
        if (answer.Status >= 500)
        {
            return "5xx";
        }

        if (request.Wrong is Wrong.Field or Wrong.Nothing && !request.Operation.Responses.ContainsKey(answer.Status))
        {
            return "a status that is not described";
        }

        if (request.Wrong is Wrong.Method && answer.Status < 400)
        {
            return "a method that is not described";
        }

        // The server refuses a request line or header before any application sees it, and HEAD has no body.
        if (answer.Status < 400 || request.Method is "HEAD"
            || (answer.Status is 400 && request.Target.Contains("%00", StringComparison.Ordinal)))
        {
            return null;
        }

        var mustName = request.Wrong is Wrong.Field or Wrong.Path && answer.Status is 400 or 413 or 415;
        // Whose path it is shows only once the dots in it are followed.
        return ErrorForms.Of(new Uri($"http://localhost{request.Target}").AbsolutePath) switch
        {
            not ErrorForm.Problem when answer.ContentType is not ("application/json" or "text/plain") => "no error of the protocol",
            ErrorForm.Inference => FaultOf(answer.Json?["error"]?.GetValue<string>(), mustName),
            ErrorForm.Mlflow when answer.Status is 415 => FaultOf(answer.Text, mustName),
            ErrorForm.Mlflow => answer.Json?["error_code"] is null ? "no error code" : FaultOf(answer.Json["message"]?.GetValue<string>(), mustName),
            _ => FaultOfProblem(answer, mustName),
        };
    }

    private static string? FaultOf(string? text, bool mustName) => text is not { Length: > 0 } ? "no text"
        : mustName && !text.Contains(": ", StringComparison.Ordinal) ? "no field is named"
        : null;

    private static string? FaultOfProblem(Answer answer, bool mustName)
    {
        if (answer.ContentType is not "application/problem+json")
        {
            return "no problem document";
        }

        var problem = answer.Json;
        if (JsonSchema.Faults(problem, ApiDescription.Schemas["Problem"]).FirstOrDefault() is { } fault)
        {
            return $"not a problem document: {fault}";
        }

        var names = problem?["errors"]?.AsArray().Select(error => error?["field"]?.GetValue<string>()).ToList() ?? [];
        return problem?["detail"]?.GetValue<string>() is not { Length: > 0 } ? "no detail"
            : mustName && (names.Count is 0 || names.Any(string.IsNullOrEmpty)) ? "no field is named"
            : null;
    }

    private async Task StillWorksAsync()
    {
        var client = platform.Host.Client;
        var ready = await client.GetAsync("/readyz");
        var predicted = await client.PostAsync(
            "/api/v1/endpoints/fruit/predict", Json("""{"record": {"weight": 176, "colour": "red", "sweetness": 12.3}}"""));

        Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, predicted.StatusCode);
        var answer = JsonSerializer.Deserialize<JsonNode>(await predicted.Content.ReadAsStringAsync());
        Assert.Equal("yes", answer?["predictions"]?[0]?["label"]?.GetValue<string>());
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
