using System.Globalization;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>What every model must be, whoever made it, before the runtime sees it.</summary>
internal static class ModelAdmission
{
    /// <summary>The newest operators that the runtime in use has: ai.onnx and ai.onnx.ml of ONNX 1.21.</summary>
    public const long NewestOpset = 26;

    public const long NewestLearningOpset = 5;

    private const int MostNamed = 5;

    private static readonly string[] KnownDomains = [string.Empty, GraphWriter.LearningDomain, "com.microsoft"];

    /// <exception cref="ModelLoadException">The model is too large, malformed, empty, has unnamed or equally named inputs or outputs,
    /// keeps tensors in files, or needs operators that are not there.</exception>
    public static OnnxGraphInfo Admit(ReadOnlyMemory<byte> onnx, OnnxLimits limits)
    {
        if (onnx.IsEmpty || onnx.Length > limits.MaximumBytes)
        {
            throw new ModelLoadException($"The model has {onnx.Length} bytes; 1 to {limits.MaximumBytes} are accepted.");
        }

        var graph = OnnxGraphInfo.Read(onnx.Span);
        if (graph.HasExternalData)
        {
            throw new ModelLoadException("The model keeps tensors in files beside it; save it as one file.");
        }

        if (graph.Operators.Count == 0 || graph.Outputs.Count == 0)
        {
            throw new ModelLoadException("The graph is empty: it has no operators or no outputs.");
        }

        RequireNames(graph.Inputs, "input");
        RequireNames(graph.Outputs, "output");
        RequireOperators(graph);
        return graph;
    }

    private static void RequireNames(IReadOnlyList<GraphPort> ports, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Name.Length == 0)
            {
                throw new ModelLoadException(string.Create(CultureInfo.InvariantCulture, $"The {what} at place {i} has no name."));
            }

            if (!seen.Add(ports[i].Name))
            {
                throw new ModelLoadException($"Two {what}s are called '{ports[i].Name}'.");
            }
        }
    }

    private static void RequireOperators(OnnxGraphInfo graph)
    {
        var functionDomains = graph.Functions.Select(DomainOf).ToHashSet(StringComparer.Ordinal);
        var unknown = graph.Opsets.Keys.Where(domain => !KnownDomains.Contains(domain) && !functionDomains.Contains(domain)).ToHashSet();
        var foreign = graph.Operators
            .Where(name => !KnownDomains.Contains(DomainOf(name)) && !graph.Functions.Contains(name, StringComparer.Ordinal)).ToList();
        unknown.UnionWith(foreign.Select(DomainOf));
        if (unknown.Count > 0)
        {
            var named = foreign.Count is 0 ? "" : $" ({Listed(foreign)})";
            throw new ModelLoadException(
                $"The model needs operators of {Listed([.. unknown.Order(StringComparer.Ordinal)])}{named}, " +
                "which this runtime does not have.");
        }

        RequireVersion(graph, string.Empty, "ai.onnx", NewestOpset);
        RequireVersion(graph, GraphWriter.LearningDomain, GraphWriter.LearningDomain, NewestLearningOpset);
    }

    private static void RequireVersion(OnnxGraphInfo graph, string domain, string name, long newest)
    {
        if (graph.Opsets.GetValueOrDefault(domain) is var version && version > newest)
        {
            throw new ModelLoadException(
                $"The model needs version {version} of the operators of {name}; this runtime has versions up to {newest}.");
        }
    }

    private static string DomainOf(string name) =>
        name.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? name[..end] : string.Empty;

    private static string Listed(List<string> names) =>
        string.Join(", ", names.Take(MostNamed)) + (names.Count > MostNamed ? ", …" : "");
}
