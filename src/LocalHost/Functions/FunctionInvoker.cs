using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Mlops.LocalHost.Functions;

/// <summary>Compiles the call of a function: builds its class, reads its parameters, awaits its result.</summary>
internal static class FunctionInvoker
{
    /// <summary>Checks a function now and compiles its call when it is first made: a start does not pay for what is never called.</summary>
    /// <exception cref="InvalidOperationException">A parameter is bound to nothing.</exception>
    public static Func<LocalFunctionContext, ValueTask<object?>> Prepare(
        FunctionMethod function, IReadOnlyCollection<Type> triggerTypes, IReadOnlyCollection<string> tokens)
    {
        var context = Expression.Parameter(typeof(LocalFunctionContext), "context");
        var arguments = FunctionParameters.Bind(function, context, triggerTypes, tokens);
        var compiled = new Lazy<Func<LocalFunctionContext, ValueTask<object?>>>(() => Compile(function.Method, context, arguments));
        return invocation => compiled.Value(invocation);
    }

    /// <summary>What a method's result is once awaited; void if there is none.</summary>
    public static Type AwaitedResult(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
        {
            return typeof(void);
        }

        var shape = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return shape == typeof(Task<>) || shape == typeof(ValueTask<>) ? type.GetGenericArguments()[0] : type;
    }

    private static Func<LocalFunctionContext, ValueTask<object?>> Compile(
        MethodInfo method, ParameterExpression context, IReadOnlyList<Expression> arguments)
    {
        var call = method.IsStatic ? Expression.Call(method, arguments) : Expression.Call(Instance(method, context), method, arguments);
        return Expression.Lambda<Func<LocalFunctionContext, ValueTask<object?>>>(Awaited(method, call), context).Compile();
    }

    private static UnaryExpression Instance(MethodInfo method, ParameterExpression context)
    {
        var type = method.DeclaringType ?? throw new ArgumentException("A function belongs to a class.", nameof(method));
        var factory = Expression.Constant(ActivatorUtilities.CreateFactory(type, []));
        var services = Expression.Property(context, nameof(LocalFunctionContext.InstanceServices));
        return Expression.Convert(Expression.Invoke(factory, services, Expression.Constant(null, typeof(object[]))), type);
    }

    private static Expression Awaited(MethodInfo method, MethodCallExpression call)
    {
        var result = method.ReturnType;
        if (result == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        if (result == typeof(Task) || result == typeof(ValueTask))
        {
            return Expression.Call(typeof(FunctionInvoker), nameof(FinishAsync), null, call);
        }

        return AwaitedResult(method) is var awaited && awaited != result
            ? Expression.Call(typeof(FunctionInvoker), nameof(FinishAsync), [awaited], call)
            : Expression.Call(typeof(ValueTask), nameof(ValueTask.FromResult), [typeof(object)], Expression.Convert(call, typeof(object)));
    }

    private static async ValueTask<object?> FinishAsync(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FinishAsync(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FinishAsync<T>(Task<T> task) => await task;

    private static async ValueTask<object?> FinishAsync<T>(ValueTask<T> task) => await task;
}
