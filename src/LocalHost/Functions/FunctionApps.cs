using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Mlops.LocalHost.Functions;

/// <summary>A function and the app whose middleware runs around it.</summary>
internal sealed record HostedFunction(FunctionApp App, FunctionMethod Function);

/// <summary>The apps of the host and all their functions.</summary>
internal sealed class FunctionApps
{
    /// <exception cref="InvalidOperationException">A function is misdeclared, or two have the same name.</exception>
    public FunctionApps(IEnumerable<FunctionApp> apps)
    {
        Functions = [.. apps.SelectMany(app => FunctionCatalog.Find(app.Types).Select(function => new HostedFunction(app, function)))];
        FunctionCatalog.RequireUniqueNames(Functions.Select(hosted => hosted.Function));
    }

    public IReadOnlyList<HostedFunction> Functions { get; }

    public IEnumerable<HostedFunction> Of<TTrigger>()
        where TTrigger : TriggerBindingAttribute =>
        Functions.Where(hosted => hosted.Function.Trigger is TTrigger);
}
