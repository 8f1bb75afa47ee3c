using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Mlops.Api;
using Mlops.Pipelines;

namespace Mlops.EndToEnd.Conventions;

public sealed class AccessTests
{
    [Fact]
    public void Only_probes_and_the_description_are_open_to_callers_without_a_key()
    {
        var open =
            from assembly in new[] { typeof(ApiApp).Assembly, typeof(PipelinesApp).Assembly }
            from type in assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
            from parameter in method.GetParameters()
            let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
            where trigger is { AuthLevel: AuthorizationLevel.Anonymous }
            select trigger.Route;

        Assert.Equal(
            ["health", "healthz", "openapi.json", "ping", "ready", "readyz", "v2/health/live", "v2/health/ready"], open.Order(StringComparer.Ordinal));
    }
}
