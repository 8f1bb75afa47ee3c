using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Mlops.AbTesting;
using Mlops.Serving;

namespace Mlops.Pipelines.AbTesting;

/// <summary>Each minute looks at the running A/B tests that are due for it, and completes the ends of those that are ending.</summary>
/// <remarks>Safe to repeat and to cut short. A test that fails does not keep the others.</remarks>
public sealed partial class ContinueAbTests(
    EndpointStore endpoints, AbTestStore tests, AbTestAnalysis analysis, ILogger<ContinueAbTests> logger)
{
    [Function(nameof(ContinueAbTests))]
    public async Task RunAsync([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        // A test needs an endpoint, so that no other tenant can have one.
        foreach (var tenant in await endpoints.TenantsAsync(cancellationToken))
        {
            await foreach (var test in tests.LiveAsync(tenant, cancellationToken))
            {
                await ContinueAsync(tenant, test, cancellationToken);
            }
        }
    }

    private async Task ContinueAsync(TenantId tenant, AbTest test, CancellationToken cancellationToken)
    {
        try
        {
            await analysis.ContinueAsync(tenant, test, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(failure, tenant, test.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A/B test {Test} of {Tenant} could not go on; it is tried again in a minute")]
    private partial void LogFailed(Exception failure, TenantId tenant, AbTestName test);
}
