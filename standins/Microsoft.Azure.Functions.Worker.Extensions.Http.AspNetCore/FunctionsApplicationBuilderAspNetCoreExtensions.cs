namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Turns on ASP.NET Core's request and result types.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder) => builder;
}
