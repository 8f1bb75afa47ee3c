using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mlops.StandIns;

/// <summary>A member as the listings describe it.</summary>
internal static class MemberFacts
{
    public static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    public static SurfaceEntry Entry(FieldInfo field)
    {
        var facts = new List<string>();
        if (field.IsLiteral)
        {
            facts.Add($"const = {Literal(field.GetRawConstantValue())}");
        }
        else if (field.IsStatic)
        {
            facts.Add(field.IsInitOnly ? "static readonly" : "static");
        }
        else if (field.IsInitOnly)
        {
            facts.Add("readonly");
        }

        if (!field.IsPublic)
        {
            facts.Add("protected");
        }

        return new SurfaceEntry(DocIds.Of(field), DocIds.Used(field.FieldType), [], [], facts);
    }

    public static SurfaceEntry Entry(MethodBase method)
    {
        var facts = new List<string>();
        AddModifiers(facts, method);
        if (method.IsGenericMethodDefinition)
        {
            facts.Add($"<{string.Join(", ", method.GetGenericArguments().Select(parameter => parameter.Name))}>");
        }

        var isExtension = method.IsDefined(typeof(ExtensionAttribute), false);
        AddParameters(facts, method.GetParameters(), isExtension);
        if (method.IsGenericMethodDefinition)
        {
            facts.AddRange(Constraints.Of(method.GetGenericArguments()));
        }

        var result = method is MethodInfo { ReturnType: var type } ? DocIds.Used(type) : "";
        return new SurfaceEntry(DocIds.Of(method), result, [], [], facts);
    }

    public static SurfaceEntry Entry(PropertyInfo property)
    {
        var widest = property.GetAccessors(true).OrderByDescending(accessor => accessor.IsPublic).First();
        var facts = new List<string>();
        AddModifiers(facts, widest);
        AddParameters(facts, property.GetIndexParameters(), isExtension: false);
        var accessors = property.GetAccessors(true).Where(IsVisible).Select(accessor => Accessor(accessor, widest));
        return new SurfaceEntry(DocIds.Of(property), DocIds.Used(property.PropertyType), [], [.. accessors], facts);
    }

    public static SurfaceEntry Entry(EventInfo @event)
    {
        var facts = new List<string>();
        AddModifiers(facts, @event.AddMethod ?? throw new InvalidOperationException($"{@event} cannot be subscribed to."));
        return new SurfaceEntry(DocIds.Of(@event), DocIds.Used(@event.EventHandlerType ?? typeof(Delegate)), [], [], facts);
    }

    private static string Accessor(MethodInfo accessor, MethodInfo widest)
    {
        var access = widest.IsPublic && !accessor.IsPublic ? "protected " : "";
        var isInit = accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        return access + (isInit ? "init" : accessor.Name.StartsWith("get_", StringComparison.Ordinal) ? "get" : "set");
    }

    private static void AddModifiers(List<string> facts, MethodBase method)
    {
        var words = new List<string>();
        if (!method.IsPublic)
        {
            words.Add("protected");
        }

        if (method.IsStatic)
        {
            words.Add("static");
        }
        else if (method.IsVirtual && method.DeclaringType is { IsInterface: false } owner && owner.BaseType != typeof(MulticastDelegate))
        {
            var isNew = method.Attributes.HasFlag(MethodAttributes.NewSlot);
            var word = (isNew, method.IsFinal, method.IsAbstract) switch
            {
                (_, _, true) => isNew ? "abstract" : "abstract override",
                (true, false, _) => "virtual",
                // A method that only implements an interface is final in metadata and says nothing in C#.
                (true, true, _) => "",
                (false, false, _) => "override",
                (false, true, _) => "sealed override",
            };
            if (word.Length > 0)
            {
                words.Add(word);
            }
        }

        if (words.Count > 0)
        {
            facts.Add(string.Join(' ', words));
        }
    }

    private static void AddParameters(List<string> facts, ParameterInfo[] parameters, bool isExtension)
    {
        if (parameters.Length > 0)
        {
            var written = parameters.Select((parameter, index) => (isExtension && index is 0 ? "this " : "") + Parameter(parameter));
            facts.Add($"({string.Join(", ", written)})");
        }
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var passing = parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params "
            : !parameter.ParameterType.IsByRef ? ""
            : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var fallback = !parameter.HasDefaultValue ? "" : $" = {Default(parameter)}";
        return $"{passing}{parameter.Name}{fallback}";
    }

    private static string Default(ParameterInfo parameter)
    {
        var value = parameter.RawDefaultValue;
        return value is null && parameter.ParameterType.IsValueType ? "default" : Literal(value);
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
