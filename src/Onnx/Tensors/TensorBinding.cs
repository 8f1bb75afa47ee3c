using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>An output and how it comes.</summary>
/// <param name="Labels">Of a sequence of maps the labels, in the order of the tensor's columns; null for a tensor.</param>
internal sealed record OutputPort(TensorSpec Spec, IReadOnlyList<string>? Labels);

/// <summary>Something about the tensors that somebody named does not fit the graph.</summary>
/// <param name="Field">Within the signature, such as <c>inputs[0].shape</c>.</param>
internal sealed record TensorMisfit(string Field, string Reason);

/// <summary>Which of a graph's inputs and outputs are used, and as what.</summary>
/// <param name="Inputs">All that a caller must bring, in the order of the graph.</param>
/// <param name="Outputs">In the order wanted.</param>
/// <remarks>
/// Inputs that have a value in the model are left out: they are constants to a caller. An output that is a sequence of maps from label
/// to probability, as scikit-learn's ZipMap makes it, becomes Float32 [rows, labels] in the order of the labels in the graph. Of an output
/// whose shape the graph does not know, the rank is that of the trial.
/// </remarks>
internal sealed record TensorBinding(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<OutputPort> Outputs)
{
    public TensorSignature Signature => new(Inputs, [.. Outputs.Select(output => output.Spec)]);

    /// <summary>What the graph itself says.</summary>
    /// <exception cref="ModelLoadException">Something goes in or out that is no tensor of a type that travels, or an input has no
    /// shape.</exception>
    public static TensorBinding Infer(OnnxGraphInfo graph) => new(
        [.. graph.Inputs.Select(Input)], [.. graph.Outputs.Select(output => Output(graph, output, null))]);

    /// <summary>The graph as <paramref name="signature"/> wants to have it: fewer outputs, or shapes that are more definite.</summary>
    /// <exception cref="ModelLoadException">It does not fit the graph; the message tells every misfit.</exception>
    public static TensorBinding Resolve(OnnxGraphInfo graph, TensorSignature signature)
    {
        var misfits = Misfits(graph, signature);
        if (misfits.Count > 0)
        {
            throw new ModelLoadException(
                $"The signature does not fit the model: {string.Join("; ", misfits.Select(misfit => misfit.Reason))}.");
        }

        return new TensorBinding(
            [.. graph.Inputs.Select(input => signature.Inputs.First(given => given.Name == input.Name))],
            [.. signature.Outputs.Select(given => Output(graph, graph.Outputs.First(output => output.Name == given.Name), given))]);
    }

    /// <summary>How a signature differs from what the graph allows; empty if it fits.</summary>
    public static IReadOnlyList<TensorMisfit> Misfits(OnnxGraphInfo graph, TensorSignature signature)
    {
        var misfits = new List<TensorMisfit>();
        foreach (var (i, given) in signature.Inputs.Index())
        {
            Check(graph.Inputs, given, $"inputs[{i}]", "input", graph, misfits);
        }

        foreach (var input in graph.Inputs.Where(input => signature.Inputs.All(given => given.Name != input.Name)))
        {
            misfits.Add(new TensorMisfit("inputs", $"the model needs the input {input}"));
        }

        foreach (var (i, given) in signature.Outputs.Index())
        {
            Check(graph.Outputs, given, $"outputs[{i}]", "output", graph, misfits);
        }

        if (signature.Outputs.Count == 0)
        {
            misfits.Add(new TensorMisfit("outputs", "at least one output is needed"));
        }

        return misfits;
    }

    private static void Check(
        IReadOnlyList<GraphPort> ports, TensorSpec given, string field, string what, OnnxGraphInfo graph, List<TensorMisfit> misfits)
    {
        if (ports.FirstOrDefault(port => port.Name == given.Name) is not { } port)
        {
            misfits.Add(new TensorMisfit($"{field}.name", $"the model has no {what} '{given.Name}'; it has {List(ports)}"));
            return;
        }

        var (type, shape) = FormOf(graph, port);
        if (type is null)
        {
            misfits.Add(new TensorMisfit(field, Untold(port, what)));
        }
        else if (type != given.Type)
        {
            misfits.Add(new TensorMisfit($"{field}.type", $"the {what} '{port.Name}' is of type {type}, not {given.Type}"));
        }

        // What goes in must be known exactly; what comes out may be told less definitely than the graph does.
        var fits = shape is null
            || shape.Count == given.Shape.Count
            && shape.Zip(given.Shape).All(pair => pair.First < 0 || pair.First == pair.Second || (what is "output" && pair.Second < 0));
        if (!fits)
        {
            misfits.Add(new TensorMisfit(
                $"{field}.shape",
                $"the {what} '{port.Name}' has the shape {TensorTypes.Told(shape!)}, which {TensorTypes.Told(given.Shape)} does not fit"));
        }
    }

    private static TensorSpec Input(GraphPort port)
    {
        if (port.Kind is not PortKind.Tensor || TensorTypes.Find(port.ElementType) is not { } type)
        {
            throw new ModelLoadException(Sentence(Untold(port, "input")));
        }

        return port.Shape is { } shape
            ? new TensorSpec(port.Name, type, Lengths(shape))
            : throw new ModelLoadException($"The graph does not say the shape of the input '{port.Name}'; name the tensors to say it.");
    }

    private static OutputPort Output(OnnxGraphInfo graph, GraphPort port, TensorSpec? given)
    {
        var (type, shape) = FormOf(graph, port);
        return type is null
            ? throw new ModelLoadException(Sentence(Untold(port, "output")))
            : new OutputPort(
                given ?? new TensorSpec(port.Name, type.Value, shape ?? UnknownShape),
                graph.MapLabels.GetValueOrDefault(port.Name));
    }

    /// <summary>Stands for a shape that is to be found out: no tensor has it.</summary>
    public static readonly IReadOnlyList<long> UnknownShape = [long.MinValue];

    private static (TensorType? Type, IReadOnlyList<long>? Shape) FormOf(OnnxGraphInfo graph, GraphPort port) => port.Kind switch
    {
        PortKind.Tensor => (TensorTypes.Find(port.ElementType), port.Shape is { } shape ? Lengths(shape) : null),
        PortKind.SequenceOfMaps when port.ElementType is ElementType.Float && graph.MapLabels.TryGetValue(port.Name, out var labels) =>
            (TensorType.Float32, [-1, labels.Count]),
        _ => (null, null),
    };

    private static string Untold(GraphPort port, string what) => port.Kind switch
    {
        PortKind.Tensor => $"the {what} '{port.Name}' has elements of type {port.ElementType}, which tensors here cannot have",
        PortKind.SequenceOfMaps =>
            $"the {what} '{port.Name}' is a sequence of maps whose labels the graph does not name, which has no form as a tensor",
        _ => $"the {what} {port} is no tensor; only tensors and ZipMap's maps from label to probability are served",
    } + (what is "output" ? " (name the other outputs to leave it out)" : "");

    private static long[] Lengths(IEnumerable<Dimension> shape) =>
        [.. shape.Select(dimension => dimension.Length is >= 0 and { } length ? length : -1)];

    private static string Sentence(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";

    private static string List(IReadOnlyList<GraphPort> ports) => ports.Count == 0 ? "none" : string.Join(", ", ports.Take(20));
}
