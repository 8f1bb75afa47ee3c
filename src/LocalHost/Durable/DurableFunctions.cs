using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Durable;

/// <summary>The orchestrators and activities among the functions of some assemblies.</summary>
/// <remarks>
/// An orchestrator is a static method <c>(TaskOrchestrationContext context)</c> or <c>(TaskOrchestrationContext context, TInput
/// input)</c>. An activity is a method of a class that is built for each call from a scope of its own; beside the input it may
/// ask for a <see cref="FunctionContext"/>, a <see cref="DurableTaskClient"/>, a <see cref="CancellationToken"/> and
/// <c>string instanceId</c>. Both may return anything, as a task or not.
/// </remarks>
public sealed class DurableFunctions
{
    private readonly Dictionary<string, FunctionMethod> _activities = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, OrchestratorBody> _orchestrators = new(StringComparer.OrdinalIgnoreCase);

    private DurableFunctions()
    {
    }

    public IReadOnlyDictionary<string, OrchestratorBody> Orchestrators => _orchestrators;

    public IReadOnlyCollection<string> ActivityNames => _activities.Keys;

    /// <exception cref="InvalidOperationException">Two have the same name, or a method has not the shape it must have.</exception>
    public static DurableFunctions Find(params Assembly[] assemblies)
    {
        var found = new DurableFunctions();
        foreach (var method in assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()).SelectMany(type => type.GetMethods(
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is { Name: var name })
            {
                found.Add(name, method);
            }
        }

        return found;
    }

    /// <summary>The activities, each call with a scope of its own.</summary>
    /// <exception cref="InvalidOperationException">An activity has a parameter that nothing can be given for.</exception>
    public IReadOnlyDictionary<string, ActivityBody> Activities(IServiceScopeFactory scopes) => _activities.ToDictionary(
        activity => activity.Key, activity => BindActivity(activity.Value, scopes), StringComparer.OrdinalIgnoreCase);

    private static bool Has<TAttribute>(ParameterInfo parameter)
        where TAttribute : Attribute => parameter.IsDefined(typeof(TAttribute), inherit: false);

    private static OrchestratorBody BindOrchestrator(string name, MethodInfo method)
    {
        var parameters = method.GetParameters();
        if (!method.IsStatic
            || parameters is not [{ ParameterType: var first }, ..]
            || first != typeof(TaskOrchestrationContext)
            || parameters.Length > 2)
        {
            throw new InvalidOperationException(
                $"The orchestrator '{name}' ({method.DeclaringType}.{method.Name}) is a static method of a"
                + $" {nameof(TaskOrchestrationContext)} and at most an input.");
        }

        var invoker = MethodInvoker.Create(method);
        var result = AwaitedResult.Of(method.ReturnType);
        if (parameters.Length is 1)
        {
            return context => result(invoker.Invoke(null, context));
        }

        var input = InputReader.Of(parameters[1].ParameterType);
        return context => result(invoker.Invoke(null, context, input(context)));
    }

    private static ActivityBody BindActivity(FunctionMethod function, IServiceScopeFactory scopes)
    {
        var method = function.Method;
        var invoker = MethodInvoker.Create(method);
        var result = AwaitedResult.Of(method.ReturnType);
        var arguments = method.GetParameters().Select(parameter => BindParameter(function, parameter)).ToArray();
        var create = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, []);
        return async (call, cancellationToken) =>
        {
            await using var scope = scopes.CreateAsyncScope();
            var values = new object?[arguments.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = arguments[i](call, scope.ServiceProvider, cancellationToken);
            }

            var target = create?.Invoke(scope.ServiceProvider, []);
            try
            {
                return await result(invoker.Invoke(target, values.AsSpan()));
            }
            finally
            {
                if (target is IAsyncDisposable asynchronous)
                {
                    await asynchronous.DisposeAsync();
                }
                else if (target is IDisposable disposable)
                {
                    disposable.Dispose();
                }
            }
        };
    }

    private static Func<ActivityCall, IServiceProvider, CancellationToken, object?> BindParameter(
        FunctionMethod function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter == function.TriggerParameter)
        {
            return (call, _, _) => InputOf(call, type);
        }

        if (Has<DurableClientAttribute>(parameter))
        {
            return (_, services, _) => services.GetRequiredService<DurableTaskClient>();
        }

        if (type == typeof(CancellationToken))
        {
            return (_, _, cancellationToken) => cancellationToken;
        }

        if (type == typeof(FunctionContext))
        {
            return ContextsOf(function);
        }

        return type == typeof(string) && parameter.Name is "instanceId"
            ? (call, _, _) => call.InstanceId
            : throw function.Misdeclared($"has a parameter '{parameter.Name}' that is bound to nothing");
    }

    private static Func<ActivityCall, IServiceProvider, CancellationToken, object?> ContextsOf(FunctionMethod function)
    {
        var definition = new LocalFunctionDefinition(function);
        return (call, services, cancellationToken) => new HostFunctionContext(
            definition,
            services,
            InputOf(call, function.TriggerParameter.ParameterType) ?? string.Empty,
            new Dictionary<string, object?> { ["instanceId"] = call.InstanceId },
            Invocation.Attempt.Only,
            cancellationToken);
    }

    private static object? InputOf(ActivityCall call, Type type) =>
        call.SerializedInput is null ? DefaultOf(type) : call.Converter.Deserialize(call.SerializedInput, type);

    private static object? DefaultOf(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;

    private void Add(string name, MethodInfo method)
    {
        var parameters = method.GetParameters();
        var isAdded = true;
        if (parameters.Any(Has<OrchestrationTriggerAttribute>))
        {
            isAdded = _orchestrators.TryAdd(name, BindOrchestrator(name, method));
        }
        else if (parameters.FirstOrDefault(Has<ActivityTriggerAttribute>) is { } trigger)
        {
            var attribute = trigger.GetCustomAttribute<ActivityTriggerAttribute>() ?? new ActivityTriggerAttribute();
            isAdded = _activities.TryAdd(name, new FunctionMethod(name, method, attribute, trigger));
        }

        if (!isAdded)
        {
            throw new InvalidOperationException($"Two functions are named '{name}'.");
        }
    }

    private static class InputReader
    {
        private static readonly MethodInfo Reader =
            new Func<TaskOrchestrationContext, object?>(Read<object>).Method.GetGenericMethodDefinition();

        public static Func<TaskOrchestrationContext, object?> Of(Type type) =>
            Reader.MakeGenericMethod(type).CreateDelegate<Func<TaskOrchestrationContext, object?>>();

        private static object? Read<T>(TaskOrchestrationContext context) => context.GetInput<T>();
    }
}
