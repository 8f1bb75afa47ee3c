using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mlops.StandIns;

/// <summary>What a generic parameter demands, as C# writes it.</summary>
internal static class Constraints
{
    public static IEnumerable<string> Of(IEnumerable<Type> parameters) =>
        from parameter in parameters
        let demands = Demands(parameter).ToArray()
        where demands.Length > 0
        select $"where {Variance(parameter)}{parameter.Name}: {string.Join(", ", demands)}";

    private static string Variance(Type parameter) => (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
    {
        GenericParameterAttributes.Covariant => "out ",
        GenericParameterAttributes.Contravariant => "in ",
        _ => "",
    };

    private static IEnumerable<string> Demands(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        var isUnmanaged = parameter.GetCustomAttributesData().Any(data => data.AttributeType == typeof(IsUnmanagedAttribute));
        if (isUnmanaged)
        {
            yield return "unmanaged";
        }
        else if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            yield return "struct";
        }
        else if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            yield return "class";
        }

        foreach (var type in parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)))
        {
            yield return DocIds.Used(type);
        }

        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)
            && !attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            yield return "new()";
        }
    }
}
