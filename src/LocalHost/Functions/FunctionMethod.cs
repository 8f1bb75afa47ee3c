using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Mlops.Http.Telemetry;

namespace Mlops.LocalHost.Functions;

/// <summary>A method marked as a function, and what starts it.</summary>
/// <param name="Name">The name in its <c>[Function]</c> attribute, unique in the host.</param>
/// <param name="TriggerParameter">The parameter that carries the trigger.</param>
public sealed record FunctionMethod(string Name, MethodInfo Method, TriggerBindingAttribute Trigger, ParameterInfo TriggerParameter)
{
    /// <summary>Namespace, class and method, as the official worker writes it.</summary>
    public string EntryPoint => $"{Method.DeclaringType?.FullName}.{Method.Name}";

    /// <summary>The kind of trigger as <c>function.json</c> has it: <c>httpTrigger</c>, <c>timerTrigger</c>.</summary>
    public string TriggerType
    {
        get
        {
            var kind = Trigger.GetType().Name;
            return char.ToLowerInvariant(kind[0]) + kind[1..^nameof(Attribute).Length];
        }
    }

    /// <summary>Whether its requests are traced only when someone asks for it.</summary>
    public bool IsTracedOnDemand { get; } = Method.IsDefined(typeof(TracedOnDemandAttribute));

    /// <exception cref="InvalidOperationException">Always: the function is declared in a way that cannot run.</exception>
    internal InvalidOperationException Misdeclared(string reason) => new($"Function '{Name}' ({EntryPoint}) {reason}.");
}
