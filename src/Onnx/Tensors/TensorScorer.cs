using Microsoft.ML.OnnxRuntime;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Scores tensors through one ONNX Runtime session.</summary>
/// <remarks>
/// Calls share the session and nothing else. What goes in is copied into the runtime's memory and what comes out into memory of its
/// own; the outputs of a call have at most <see cref="OnnxLimits.MaximumOutputBytes"/> together, which bounds an answer, not what the model
/// uses while it runs. A cancelled call ends at the next operator. Disposing while calls are running is safe: the last of them frees
/// what is native.
/// </remarks>
internal sealed class TensorScorer : ITensorScorer
{
    private readonly InferenceSession _session;
    private readonly OnnxLimits _limits;
    private readonly string[] _inputNames;
    private readonly TensorSpec[] _inputs;
    private readonly OutputPort[] _outputs;
    private readonly RunOptions _untilDone = new();
    private readonly SharedUse _use;

    public TensorScorer(InferenceSession session, TensorBinding binding, OnnxLimits limits, bool takesZeros)
    {
        (_session, _limits, Signature, TakesZeros) = (session, limits, binding.Signature, takesZeros);
        _inputs = [.. binding.Inputs];
        _inputNames = [.. _inputs.Select(input => input.Name)];
        _outputs = [.. binding.Outputs];
        _use = new SharedUse(nameof(TensorScorer), Free);
    }

    public TensorSignature Signature { get; }

    /// <summary>Whether the model has answered zeros, free dimensions being 1.</summary>
    public bool TakesZeros { get; }

    public IReadOnlyList<NamedTensor> Run(
        IReadOnlyList<NamedTensor> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ports = outputs.Count == 0 ? _outputs : Array.ConvertAll([.. outputs], Port);
        _use.Enter();
        var values = new List<OrtValue>(_inputs.Length);
        try
        {
            foreach (var input in _inputs)
            {
                values.Add(TensorValues.ToRuntime(Given(inputs, input)));
            }

            return Run(values, ports, cancellationToken);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
            _use.Leave();
        }
    }

    public void Dispose() => _use.Dispose();

    private NamedTensor[] Run(List<OrtValue> values, OutputPort[] ports, CancellationToken cancellationToken)
    {
        using var stoppable = cancellationToken.CanBeCanceled ? new RunOptions() : null;
        using var ending = stoppable is null ? default : cancellationToken.Register(() => stoppable.Terminate = true);
        try
        {
            using var results = _session.Run(
                stoppable ?? _untilDone, _inputNames, values, Array.ConvertAll(ports, port => port.Spec.Name));
            var room = _limits.MaximumOutputBytes;
            var answers = new NamedTensor[ports.Length];
            for (var i = 0; i < answers.Length; i++)
            {
                answers[i] = TensorValues.FromRuntime(results[i], ports[i], ref room);
            }

            return answers;
        }
        catch (OnnxRuntimeException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TensorScoringException($"The model cannot score these tensors: {RuntimeWords.Of(failure)}", failure);
        }
    }

    private OutputPort Port(string name) => Array.Find(_outputs, output => output.Spec.Name == name)
        ?? throw new ArgumentException($"The model has no output '{name}'.");

    private NamedTensor Given(IReadOnlyList<NamedTensor> inputs, TensorSpec wanted)
    {
        var found = inputs.Count == _inputs.Length ? inputs.FirstOrDefault(input => input.Name == wanted.Name) : null;
        return found is not null && found.Type == wanted.Type
            ? found
            : throw new ArgumentException(
                $"Expected the {_inputs.Length} inputs of the signature, among them '{wanted.Name}' of {wanted.Type}.");
    }

    private void Free()
    {
        _untilDone.Dispose();
        _session.Dispose();
    }
}
