using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Mlops.EndToEnd;

/// <summary>A member, a type or a text that compiled code refers to.</summary>
internal sealed record CodeReference(MemberInfo? Member, string? Text)
{
    private const BindingFlags Anything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>What a method refers to, and the methods of its class that it calls.</summary>
    public static IReadOnlyList<CodeReference> Of(MethodInfo method)
    {
        var found = new List<CodeReference>();
        var visited = new HashSet<MethodBase>();
        var waiting = new Queue<MethodBase>([method]);
        while (waiting.TryDequeue(out var next))
        {
            if (!visited.Add(next))
            {
                continue;
            }

            foreach (var reference in Read(Body(next)))
            {
                found.Add(reference);
                if (reference.Member is MethodBase called && called.DeclaringType == method.DeclaringType)
                {
                    waiting.Enqueue(called);
                }
            }
        }

        return found;
    }

    /// <summary>An async method's code is in its state machine.</summary>
    private static MethodBase Body(MethodBase method) =>
        method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethod("MoveNext", Anything) ?? method;

    /// <summary>What the code of one method refers to.</summary>
    public static IEnumerable<CodeReference> Read(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] is 0xFE ? 0xFE00 | code[at + 1] : code[at];
            var operation = OpCodesByValue[value];
            at += operation.Size;
            if (operation.OperandType
                is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return new CodeReference(Resolve(method, Operand(code, at)), null);
            }
            else if (operation.OperandType is OperandType.InlineString)
            {
                yield return new CodeReference(null, method.Module.ResolveString(Operand(code, at)));
            }

            at += Size(operation, code, at);
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token,
        method.DeclaringType?.GetGenericArguments(),
        method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : null);

    private static int Operand(byte[] code, int at) => BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at));

    private static int Size(OpCode operation, byte[] code, int at) => operation.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * Operand(code, at)),
        _ => 4,
    };
}
