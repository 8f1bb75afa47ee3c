using Microsoft.Azure.Functions.Worker;

namespace Mlops.LocalHost.Functions;

/// <summary>One invocation, with what triggered it.</summary>
/// <param name="definition">The function that runs.</param>
/// <param name="services">The services of this invocation.</param>
/// <param name="trigger">What the trigger parameter gets.</param>
/// <param name="tokens">What the other parameters get, by name: route values, path tokens.</param>
/// <param name="attempt">How often this work was tried before.</param>
/// <remarks>For one thread at a time, as middleware and function run one after the other.</remarks>
internal sealed class LocalFunctionContext(
    FunctionDefinition definition,
    IServiceProvider services,
    object trigger,
    IReadOnlyDictionary<string, object?> tokens,
    RetryContext attempt,
    CancellationToken cancellationToken) : FunctionContext
{
    public static readonly IReadOnlyDictionary<string, object?> NoTokens = new Dictionary<string, object?>();

    private string? _invocationId;
    private InvocationFeatures? _features;
    private Invocation.Trace? _trace;
    private IDictionary<object, object>? _items;

    public object Trigger { get; } = trigger;

    public IReadOnlyDictionary<string, object?> Tokens { get; } = tokens;

    /// <summary>What the function returned; null until it has, or if it returns nothing.</summary>
    public object? Result { get; set; }

    public override string InvocationId => _invocationId ??= Guid.ParseExact(IdSource.Random.NewId(), "N").ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override TraceContext TraceContext => _trace ??= new Invocation.Trace();

    public override BindingContext BindingContext => new Invocation.Bindings(Tokens);

    public override RetryContext RetryContext { get; } = attempt;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition { get; } = definition;

    public override IDictionary<object, object> Items
    {
        get => _items ??= new Dictionary<object, object>();
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures();

    public override CancellationToken CancellationToken { get; } = cancellationToken;
}
