using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Mlops.Api;
using Mlops.LocalHost.Functions;
using Mlops.Pipelines;
using Mlops.Storage;

namespace Mlops.EndToEnd.Conventions;

/// <summary>How functions are declared, and that each app alone can make its own.</summary>
public sealed class FunctionTests
{
    public static TheoryData<string> ApiClasses => [.. Classes(Assemblies.Api)];

    public static TheoryData<string> PipelinesClasses => [.. Classes(Assemblies.Pipelines)];

    [Theory]
    [MemberData(nameof(ApiClasses))]
    public void The_api_app_makes_its_function_classes(string name) => AssertMade(Assemblies.Api, name, app => app.AddApi());

    [Theory]
    [MemberData(nameof(PipelinesClasses))]
    public void The_pipelines_app_makes_its_function_classes(string name) =>
        AssertMade(Assemblies.Pipelines, name, app => app.AddPipelines());

    [Fact]
    public void Function_names_are_unique_over_both_apps()
    {
        var names = Functions(Assemblies.Api).Concat(Functions(Assemblies.Pipelines)).Select(function => function.Name).ToList();

        Assert.Equal(names.Distinct(StringComparer.OrdinalIgnoreCase), names);
    }

    [Fact]
    public void Orchestrators_are_static_and_so_are_their_classes()
    {
        var orchestrators = Functions(Assemblies.Pipelines).Where(function => function.Trigger is OrchestrationTriggerAttribute).ToList();

        Assert.NotEmpty(orchestrators);
        Assert.All(orchestrators, function =>
            Assert.True(function.Method is { IsStatic: true, DeclaringType: { IsAbstract: true, IsSealed: true } }, function.Name));
    }

    [Fact]
    public void Http_functions_and_activities_can_be_cancelled() => Assert.Empty(
        from function in Functions(Assemblies.Api).Concat(Functions(Assemblies.Pipelines))
        where function.Trigger is not OrchestrationTriggerAttribute && function.Method.ReturnType.IsAssignableTo(typeof(Task))
            && function.Method.GetParameters()[^1].ParameterType != typeof(CancellationToken)
        select function.Name);

    private static IReadOnlyList<FunctionMethod> Functions(Assembly assembly) => FunctionCatalog.Find(assembly.GetTypes());

    private static IEnumerable<string> Classes(Assembly assembly) => Functions(assembly)
        .Select(function => function.Method.DeclaringType).OfType<Type>()
        .Where(type => !type.IsAbstract).Select(type => type.FullName ?? "").Distinct();

    private static void AssertMade(Assembly assembly, string name, Action<IFunctionsWorkerApplicationBuilder> register)
    {
        using var folder = new TempFolder();
        var services = new ServiceCollection();
        services.AddLogging().AddSqliteStorage(folder.Path);
        register(new FunctionApp(assembly.GetTypes(), services));
        var type = assembly.GetType(name) ?? throw new TypeLoadException(name);

        using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        using var scope = provider.CreateScope();
        Assert.IsType(type, ActivatorUtilities.CreateInstance(scope.ServiceProvider, type));
    }
}
