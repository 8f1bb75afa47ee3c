using Microsoft.Extensions.DependencyInjection;
using Mlops.Storage;

namespace Mlops.Http;

public static class HttpServices
{
    /// <summary>Makes typed results write JSON as stored documents do: camelCase, enums by name, absent values left out.</summary>
    public static IServiceCollection AddHttpEdge(this IServiceCollection services) => services.ConfigureHttpJsonOptions(json =>
    {
        var options = json.SerializerOptions;
        options.DefaultIgnoreCondition = Documents.Options.DefaultIgnoreCondition;
        options.NumberHandling = Documents.Options.NumberHandling;
        foreach (var converter in Documents.Options.Converters)
        {
            options.Converters.Add(converter);
        }
    });
}
