using System.Collections;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Mlops.LocalHost.Functions;

/// <summary>The small parts of an invocation that the official API asks for as types.</summary>
internal static class Invocation
{
    /// <summary>The W3C context of the current activity.</summary>
    public sealed class Trace : TraceContext
    {
        private readonly Activity? _activity = Activity.Current;

        public override string TraceParent => _activity?.Id ?? "";

        public override string TraceState => _activity?.TraceStateString ?? "";
    }

    public sealed class Bindings(IReadOnlyDictionary<string, object?> tokens) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData { get; } = tokens;
    }

    /// <param name="retries">How often this work was tried before.</param>
    /// <param name="most">How often it may be tried again at all.</param>
    public sealed class Attempt(int retries, int most) : RetryContext
    {
        public static readonly Attempt Only = new(0, 0);

        public override int RetryCount { get; } = retries;

        public override int MaxRetryCount { get; } = most;
    }
}

/// <summary>Things attached to an invocation by type.</summary>
internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    public void Set<T>(T instance)
    {
        if (instance is null)
        {
            _features.Remove(typeof(T));
        }
        else
        {
            _features[typeof(T)] = instance;
        }
    }

    public T? Get<T>() => _features.TryGetValue(typeof(T), out var found) ? (T)found : default;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
