using System.Collections.Concurrent;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>A model version in memory with all that answering with it needs.</summary>
/// <remarks>
/// References are counted: one belongs to whoever keeps the model, one to each request in flight. The scorer is disposed when the
/// last is given back, so that a model taken out of service still finishes what it has begun.
/// </remarks>
public sealed class ServedModel
{
    private readonly ConcurrentDictionary<Type, object> _states = new();
    private int _references = 1;

    /// <param name="scorer">Owned from here on.</param>
    public ServedModel(ModelVersion version, IModelScorer scorer, ServingOptions options, ServingMetrics metrics, TimeProvider time) =>
        (Version, Scorer, Queue) = (version, scorer, new ScoringQueue(version, scorer, options, metrics, time));

    /// <param name="scorer">Owned from here on.</param>
    public ServedModel(ModelVersion version, ITensorScorer scorer, ServingOptions options, ServingMetrics metrics, TimeProvider time) =>
        (Version, TensorScorer, TensorQueue) = (version, scorer, new TensorQueue(version, scorer, options, metrics, time));

    public ModelVersion Version { get; }

    /// <summary>What scores rows; absent if the model takes tensors.</summary>
    public IModelScorer? Scorer { get; }

    /// <summary>The way to the scorer for requests; absent if the model takes tensors.</summary>
    internal ScoringQueue? Queue { get; }

    /// <summary>What scores tensors; absent if the model takes rows.</summary>
    public ITensorScorer? TensorScorer { get; }

    /// <summary>The way to that scorer for requests.</summary>
    internal TensorQueue? TensorQueue { get; }

    /// <summary>How many requests wait to be scored.</summary>
    public int Waiting => Queue?.Length ?? TensorQueue?.Length ?? 0;

    /// <summary>What a reader or writer has prepared for this model, made the first time it is asked for.</summary>
    public TState StateOf<TState>(Func<ModelVersion, TState> make)
        where TState : class =>
        (TState)_states.GetOrAdd(typeof(TState), static (_, making) => making.make(making.Version), (make, Version));

    /// <returns>Null if the model is out of service already.</returns>
    public ModelLease? TryLease()
    {
        var references = Volatile.Read(ref _references);
        while (references > 0)
        {
            var seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references)
            {
                return new ModelLease(this);
            }

            references = seen;
        }

        return null;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) is 0)
        {
            Scorer?.Dispose();
            TensorScorer?.Dispose();
        }
    }
}

/// <summary>The right to use a model until disposed; disposing again does nothing.</summary>
public sealed class ModelLease : IDisposable
{
    private ServedModel? _held;

    internal ModelLease(ServedModel model) => (Model, _held) = (model, model);

    public ServedModel Model { get; }

    public void Dispose() => Interlocked.Exchange(ref _held, null)?.Release();
}
