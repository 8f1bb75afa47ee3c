using System.Reflection;

namespace Mlops.LocalHost.Durable;

/// <summary>Turns whatever a function returns into a task of its value: nothing, a value, a task, a task of a value.</summary>
internal static class AwaitedResult
{
    private static readonly MethodInfo FromTask = Method(nameof(OfTaskAsync));

    private static readonly MethodInfo FromValueTask = Method(nameof(OfValueTaskAsync));

    public static Func<object?, Task<object?>> Of(Type type)
    {
        if (type == typeof(Task))
        {
            return OfTaskAsync;
        }

        if (type == typeof(ValueTask))
        {
            return result => OfTaskAsync(((ValueTask)result!).AsTask());
        }

        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        var method = generic == typeof(Task<>) ? FromTask : generic == typeof(ValueTask<>) ? FromValueTask : null;
        return method is null
            ? Task.FromResult
            : method.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object?, Task<object?>>>();
    }

    private static MethodInfo Method(string name) => typeof(AwaitedResult)
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
        .Single(method => method.Name == name && method.IsGenericMethod);

    private static async Task<object?> OfTaskAsync(object? result)
    {
        await (Task)result!;
        return null;
    }

    private static async Task<object?> OfTaskAsync<T>(object? result) => await (Task<T>)result!;

    private static async Task<object?> OfValueTaskAsync<T>(object? result) => await (ValueTask<T>)result!;
}
