using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Logging;

public static class HostLogging
{
    /// <summary>Logs to standard output: for people in a terminal, else as JSON lines; <c>MLOPS_LOG_FORMAT</c> can say which.</summary>
    /// <remarks>The section <c>Logging</c> sets levels as everywhere in .NET; framework categories are silent below Warning.</remarks>
    public static ILoggingBuilder AddHostLogging(this ILoggingBuilder logging, IConfiguration configuration)
    {
        var isForPeople = configuration["MLOPS_LOG_FORMAT"] switch
        {
            "json" => false,
            "text" => true,
            _ => !Console.IsOutputRedirected,
        };
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);

        // Were it enabled at any level, the server would begin a trace for each request, which is ours to decide.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.Services.AddSingleton<ILoggerProvider>(provider => new LineLoggerProvider(
            Console.OpenStandardOutput(), isForPeople ? TextLine.Write : JsonLine.Write, provider.GetRequiredService<TimeProvider>()));
        return logging;
    }
}
