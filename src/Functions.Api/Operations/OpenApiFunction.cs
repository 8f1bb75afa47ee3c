using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;

namespace Mlops.Api.Operations;

/// <summary>The API describes itself, for people, client generators and gateways.</summary>
public static class OpenApiFunction
{
    [Function("OpenApi")]
    public static FileContentHttpResult Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        TypedResults.Bytes(OpenApiDocument.Json, "application/json");
}
