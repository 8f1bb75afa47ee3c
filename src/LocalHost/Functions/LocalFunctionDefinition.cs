using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;

namespace Mlops.LocalHost.Functions;

/// <summary>What middleware may ask about a function: its name, entry point, parameters and trigger.</summary>
internal sealed class LocalFunctionDefinition(FunctionMethod function) : FunctionDefinition
{
    public override string Name { get; } = function.Name;

    public override string Id { get; } = function.Name;

    public override string EntryPoint { get; } = function.EntryPoint;

    public override string PathToAssembly { get; } = function.Method.Module.FullyQualifiedName;

    public override ImmutableArray<FunctionParameter> Parameters { get; } =
        [.. function.Method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name ?? "", parameter.ParameterType))];

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } =
        ImmutableDictionary<string, BindingMetadata>.Empty.Add(
            function.TriggerParameter.Name ?? "", new TriggerMetadata(function.TriggerParameter.Name ?? "", function.TriggerType));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } =
        ImmutableDictionary<string, BindingMetadata>.Empty;

    private sealed class TriggerMetadata(string name, string type) : BindingMetadata
    {
        public override string Name { get; } = name;

        public override string Type { get; } = type;

        public override BindingDirection Direction => BindingDirection.In;
    }
}
