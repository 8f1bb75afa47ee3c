using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http.Telemetry;

namespace Mlops.Api.Operations;

/// <summary>What Prometheus fetches. It tells the names of tenants, endpoints and models, so it is not open to everyone.</summary>
public sealed class MetricsFunction(MetricsPage page)
{
    [Function("Metrics")]
    public IResult Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "metrics")] HttpRequest request) => page.Answer(request);
}
