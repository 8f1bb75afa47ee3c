using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

public sealed record Greeting(string Name, int Times);

public static class Greet
{
    [Function("Greet")]
    public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, Greeting greeting)
    {
        var first = await context.CallActivityAsync<string>("SayHello", greeting);
        await context.CallActivityAsync("SayNothing");
        return $"{first} and {await context.CallActivityAsync<int>("CountLetters", first)}";
    }

    [Function("CountLetters")]
    public static int Count([ActivityTrigger] string text) => text.Length;
}

public sealed class GreetWithoutInput
{
    [Function("GreetWithoutInput")]
    public static Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("Throw");
}

public sealed class HelloActivities(HelloActivities.Voice voice) : IDisposable
{
    [Function("SayHello")]
    public async Task<string> SayHelloAsync(
        [ActivityTrigger] Greeting greeting,
        string instanceId,
        [DurableClient] DurableTaskClient client,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        var self = await client.GetInstanceAsync(instanceId, cancellationToken);
        var words = string.Join(' ', Enumerable.Repeat($"{voice.Hello} {greeting.Name}", greeting.Times));
        return $"{words} from {self?.Name} by {context.FunctionDefinition.Name}";
    }

    [Function("SayNothing")]
    public Task SayNothingAsync([ActivityTrigger] object? nothing) =>
        nothing is null ? Task.CompletedTask : throw new ArgumentException("Something.");

    [Function("Throw")]
    public string Throw([ActivityTrigger] string? text) => throw new NotSupportedException($"not {text ?? "null"}");

    public void Dispose() => voice.Closed++;

    public sealed class Voice
    {
        public string Hello { get; init; } = "Hello";

        public int Closed { get; set; }
    }
}

public sealed class DurableFunctionsTests
{
    private static readonly Assembly Here = typeof(DurableFunctionsTests).Assembly;

    [Fact]
    public void Orchestrators_and_activities_are_found_by_their_triggers()
    {
        var found = DurableFunctions.Find(Here);

        Assert.Superset(new HashSet<string> { "Greet", "GreetWithoutInput" }, found.Orchestrators.Keys.ToHashSet());
        Assert.Superset(new HashSet<string> { "SayHello", "SayNothing", "Throw", "CountLetters" }, found.ActivityNames.ToHashSet());
    }

    [Fact]
    public async Task Functions_run_in_a_host_with_what_they_ask_for()
    {
        using var folder = new TempFolder();
        var voice = new HelloActivities.Voice { Hello = "Hi" };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging().AddSqliteStorage(folder.Path).AddScoped(_ => voice).AddDurableEngine(_ => { }, Here);
        using var host = builder.Build();
        await host.StartAsync(DurableHost.Deadline);
        var client = host.Services.GetRequiredService<DurableTaskClient>();

        var id = await client.ScheduleNewOrchestrationInstanceAsync("Greet", new Greeting("Ada", 2), DurableHost.Deadline);
        var ended = await client.WaitForInstanceCompletionAsync(id, true, DurableHost.Deadline);
        var failed = await client.WaitForInstanceCompletionAsync(
            await client.ScheduleNewOrchestrationInstanceAsync("GreetWithoutInput", DurableHost.Deadline), true, DurableHost.Deadline);
        await host.StopAsync(DurableHost.Deadline);

        Assert.Equal("Hi Ada Hi Ada from Greet by SayHello and 36", ended.ReadOutputAs<string>());
        Assert.Equal("System.NotSupportedException: not null", failed.FailureDetails?.InnerFailure?.ToString());
        Assert.Equal(3, voice.Closed);
    }
}
