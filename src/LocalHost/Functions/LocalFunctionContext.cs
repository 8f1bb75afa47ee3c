using Microsoft.Azure.Functions.Worker;

namespace Mlops.LocalHost.Functions;

/// <summary>One invocation, with what triggered it.</summary>
/// <param name="definition">The function that runs.</param>
/// <remarks>For one thread at a time, as middleware and function run one after the other.</remarks>
internal abstract class LocalFunctionContext(FunctionDefinition definition) : FunctionContext
{
    private string? _invocationId;
    private InvocationFeatures? _features;
    private Invocation.Trace? _trace;
    private IDictionary<object, object>? _items;

    /// <summary>What the trigger parameter gets.</summary>
    public abstract object Trigger { get; }

    /// <summary>What the other parameters get, by name: route values, path tokens.</summary>
    public abstract IReadOnlyDictionary<string, object?> Tokens { get; }

    /// <summary>What the function returned; null until it has, or if it returns nothing.</summary>
    public object? Result { get; set; }

    public override string InvocationId => _invocationId ??= Guid.ParseExact(IdSource.Random.NewId(), "N").ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override TraceContext TraceContext => _trace ??= new Invocation.Trace();

    public override BindingContext BindingContext => new Invocation.Bindings(Tokens);

    public override FunctionDefinition FunctionDefinition { get; } = definition;

    public override IDictionary<object, object> Items
    {
        get => _items ??= NewItems();
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures();

    /// <summary>The items that an invocation begins with, made when something first asks for them.</summary>
    protected virtual Dictionary<object, object> NewItems() => [];
}

/// <summary>An invocation by something within the host: a timer, a file, an orchestration.</summary>
/// <param name="services">The services of this invocation.</param>
/// <param name="attempt">How often this work was tried before.</param>
internal sealed class HostFunctionContext(
    FunctionDefinition definition,
    IServiceProvider services,
    object trigger,
    IReadOnlyDictionary<string, object?> tokens,
    RetryContext attempt,
    CancellationToken cancellationToken) : LocalFunctionContext(definition)
{
    public static readonly IReadOnlyDictionary<string, object?> NoTokens = new Dictionary<string, object?>();

    public override object Trigger { get; } = trigger;

    public override IReadOnlyDictionary<string, object?> Tokens { get; } = tokens;

    public override RetryContext RetryContext { get; } = attempt;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override CancellationToken CancellationToken { get; } = cancellationToken;
}
