using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Mlops.AbTesting;
using Mlops.Serving;

namespace Mlops.Pipelines.AbTesting;

/// <summary>Moves the shares of every bandit's arms by the rewards that have come, each minute.</summary>
/// <remarks>Safe to repeat and to cut short: rewards are summed anew, not added. A bandit that fails does not keep the others.</remarks>
public sealed partial class LearnBandits(EndpointStore endpoints, BanditLearning learning, ILogger<LearnBandits> logger)
{
    [Function(nameof(LearnBandits))]
    public async Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        foreach (var tenant in await endpoints.TenantsAsync(cancellationToken))
        {
            foreach (var endpoint in await endpoints.AllAsync(tenant, cancellationToken))
            {
                if (endpoint.Policy.Kind is PolicyKind.Bandit)
                {
                    await LearnAsync(tenant, endpoint, cancellationToken);
                }
            }
        }
    }

    private async Task LearnAsync(TenantId tenant, Endpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            if (await learning.LearnAsync(tenant, endpoint, cancellationToken))
            {
                LogLearned(tenant, endpoint.Name);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(failure, tenant, endpoint.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Bandit {Endpoint} of {Tenant} has other shares")]
    private partial void LogLearned(TenantId tenant, EndpointName endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "Bandit {Endpoint} of {Tenant} could not learn; it tries again in a minute")]
    private partial void LogFailed(Exception failure, TenantId tenant, EndpointName endpoint);
}
