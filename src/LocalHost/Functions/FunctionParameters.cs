using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace Mlops.LocalHost.Functions;

/// <summary>Where each parameter comes from, decided once: the trigger, the invocation, a token by name, or the services.</summary>
internal static class FunctionParameters
{
    private static readonly MethodInfo ReadToken = Method(nameof(TokenValue.Read), typeof(TokenValue));
    private static readonly MethodInfo ReadNullableToken = Method(nameof(TokenValue.ReadNullable), typeof(TokenValue));

    /// <summary>An expression per parameter that reads it from <paramref name="context"/>.</summary>
    /// <param name="triggerTypes">The types that the trigger parameter may have.</param>
    /// <param name="tokens">The names that the trigger gives values to.</param>
    /// <exception cref="InvalidOperationException">A parameter is bound to nothing.</exception>
    public static IReadOnlyList<Expression> Bind(
        FunctionMethod function, Expression context, IReadOnlyCollection<Type> triggerTypes, IReadOnlyCollection<string> tokens) =>
        [.. function.Method.GetParameters().Select(parameter => Bind(function, parameter, context, triggerTypes, tokens))];

    private static Expression Bind(
        FunctionMethod function,
        ParameterInfo parameter,
        Expression context,
        IReadOnlyCollection<Type> triggerTypes,
        IReadOnlyCollection<string> tokens)
    {
        var type = parameter.ParameterType;
        if (parameter == function.TriggerParameter)
        {
            var known = string.Join(" or ", triggerTypes.Select(candidate => candidate.Name));
            return triggerTypes.Contains(type)
                ? Expression.Convert(Expression.Property(context, nameof(LocalFunctionContext.Trigger)), type)
                : throw function.Misdeclared($"takes its trigger as {type.Name}; it can be {known}");
        }

        if (parameter.GetCustomAttribute<DurableClientAttribute>() is not null)
        {
            var services = Expression.Property(context, nameof(FunctionContext.InstanceServices));
            const string Get = nameof(ServiceProviderServiceExtensions.GetRequiredService);
            return Expression.Call(typeof(ServiceProviderServiceExtensions), Get, [type], services);
        }

        if (parameter.GetCustomAttribute<BindingAttribute>() is { } binding)
        {
            throw function.Misdeclared($"has a {binding.GetType().Name} on '{parameter.Name}', which the local host does not know");
        }

        if (type == typeof(FunctionContext))
        {
            return context;
        }

        return type == typeof(CancellationToken)
            ? Expression.Property(context, nameof(FunctionContext.CancellationToken))
            : BindToken(function, parameter, context, tokens);
    }

    private static MethodCallExpression BindToken(
        FunctionMethod function, ParameterInfo parameter, Expression context, IReadOnlyCollection<string> tokens)
    {
        if (!tokens.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase))
        {
            throw function.Misdeclared($"has a parameter '{parameter.Name}' that is bound to nothing");
        }

        var name = Expression.Constant(parameter.Name);
        var type = parameter.ParameterType;
        if (type == typeof(string))
        {
            return Expression.Call(typeof(TokenValue), nameof(TokenValue.ReadText), null, context, name);
        }

        var plain = Nullable.GetUnderlyingType(type);
        var reader = plain is null ? ReadToken : ReadNullableToken;
        return TokenValue.IsParsable(plain ?? type)
            ? Expression.Call(reader.MakeGenericMethod(plain ?? type), context, name)
            : throw function.Misdeclared($"takes '{parameter.Name}' as {type.Name}, which a token cannot become");
    }

    private static MethodInfo Method(string name, Type owner) =>
        owner.GetMethod(name) ?? throw new MissingMethodException(owner.Name, name);
}
