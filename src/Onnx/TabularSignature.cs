using System.Globalization;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Onnx;

/// <summary>Works out the signature of a model made elsewhere that is about the columns of a table.</summary>
/// <remarks>
/// The features travel as <see cref="ModelSignature"/> says: numbers in a float input [rows, k], others in a string input [rows, m].
/// Classes that the graph names are put in order (numerically if all are integers), so that the positive one of two is the larger.
/// </remarks>
internal static class TabularSignature
{
    /// <param name="faults">Gets what does not fit, by the claim it is about.</param>
    /// <returns>Null if something does not fit.</returns>
    public static ModelSignature? Infer(OnnxGraphInfo graph, ModelClaims claims, List<ClaimFault> faults)
    {
        var numbers = Columns(graph, ElementType.Float);
        var strings = Columns(graph, ElementType.String);
        if (numbers is null && strings is null)
        {
            faults.Add(new ClaimFault(
                "features",
                $"features travel in an input Float or String [rows, columns]; the model takes {List(graph.Inputs)}. "
                + "Leave the features out to register it by its tensors"));
            return null;
        }

        var features = claims.Features is { } named
            ? Named(named, numbers, strings, faults)
            : Numbered(numbers, strings, graph, faults);
        var (task, classes) = Task(graph, claims, faults);
        return faults.Count > 0
            ? null
            : new ModelSignature(features, claims.Target ?? ModelClaims.DefaultTarget, task, classes, claims.DecisionThreshold);
    }

    private static ColumnSchema[] Named(IReadOnlyList<FeatureClaim> named, Width? numbers, Width? strings, List<ClaimFault> faults)
    {
        var byDefault = (numbers, strings) switch
        {
            (not null, null) => ColumnType.Number,
            (null, not null) => ColumnType.Category,
            _ => (ColumnType?)null,
        };
        var features = new ColumnSchema[named.Count];
        for (var i = 0; i < features.Length; i++)
        {
            if ((named[i].Type ?? byDefault) is not { } type)
            {
                faults.Add(new ClaimFault(
                    $"features[{i}].type", "is required: the model takes numbers and strings, and does not say which this is"));
                return features;
            }

            features[i] = new ColumnSchema(named[i].Name, type, named[i].Nullable);
        }

        Compare(features.Count(feature => feature.IsNumeric), numbers, "numeric", faults);
        Compare(features.Count(feature => !feature.IsNumeric), strings, "string", faults);
        return features;
    }

    private static void Compare(int given, Width? width, string kind, List<ClaimFault> faults)
    {
        if (given != (width?.Columns ?? given) || (width is null && given > 0) || (width is not null && given is 0))
        {
            var needed = width switch
            {
                null => "no input for them",
                { Columns: { } columns } => $"{columns} columns in {width.Port}",
                _ => $"{width.Port}",
            };
            faults.Add(new ClaimFault("features", $"{given} {kind} features are given; the model has {needed}"));
        }
    }

    private static ColumnSchema[] Numbered(Width? numbers, Width? strings, OnnxGraphInfo graph, List<ClaimFault> faults)
    {
        if ((numbers is null) == (strings is null)
            || (numbers ?? strings) is not { Columns: { } columns and > 0 and <= ModelClaims.MaxFeatures })
        {
            faults.Add(new ClaimFault(
                "numbered",
                $"features can be numbered if there is one input and the graph says how many columns it has, 1 to "
                + $"{ModelClaims.MaxFeatures}; it takes {List(graph.Inputs)}"));
            return [];
        }

        var type = numbers is null ? ColumnType.Category : ColumnType.Number;
        return [.. Enumerable.Range(0, (int)columns).Select(
            column => new ColumnSchema(string.Create(CultureInfo.InvariantCulture, $"f{column}"), type, Nullable: false))];
    }

    private static (TaskType Task, IReadOnlyList<string> Classes) Task(OnnxGraphInfo graph, ModelClaims claims, List<ClaimFault> faults)
    {
        var task = claims.Task
            ?? (claims.Classes is null && graph.ClassLabels is null ? TaskType.Regression : (TaskType?)null);
        if (task is TaskType.Regression)
        {
            if (claims.DecisionThreshold is not null)
            {
                faults.Add(new ClaimFault("decisionThreshold", "expected none: the model names no classes, so that it is a regression"));
            }

            return (TaskType.Regression, []);
        }

        var classes = claims.Classes ?? (graph.ClassLabels is { } labels ? Sorted(labels) : []);
        if (classes.Count < 2)
        {
            faults.Add(new ClaimFault(
                "classes", "are required: the graph does not name them; give them in the order of its probabilities"));
            return (TaskType.Multiclass, []);
        }

        if (graph.ClassLabels is { } own && claims.Classes is { } given && !own.ToHashSet(StringComparer.Ordinal).SetEquals(given))
        {
            faults.Add(new ClaimFault("classes", $"the model's classes are [{Listed(own)}], not [{Listed(given)}]"));
        }

        if (task is TaskType.Binary && classes.Count != 2)
        {
            faults.Add(new ClaimFault("task", $"the model has {classes.Count} classes, binary takes 2"));
        }

        if (claims.DecisionThreshold is not null && classes.Count != 2)
        {
            faults.Add(new ClaimFault("decisionThreshold", $"expected none: the model has {classes.Count} classes"));
        }

        return (task ?? (classes.Count is 2 ? TaskType.Binary : TaskType.Multiclass), classes);
    }

    private static IReadOnlyList<string> Sorted(IReadOnlyList<string> labels) =>
        labels.All(label => long.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            ? [.. labels.OrderBy(label => long.Parse(label, CultureInfo.InvariantCulture))]
            : [.. labels.Order(StringComparer.Ordinal)];

    /// <summary>The one input [rows, columns] of a type; null if there is none or several.</summary>
    private static Width? Columns(OnnxGraphInfo graph, ElementType type)
    {
        var ports = graph.Inputs.Where(input =>
            input.Kind is PortKind.Tensor && input.ElementType == type && input.Shape is null or { Count: 2 }).ToList();
        return ports is [var port] && graph.Inputs.Count <= 2 ? new Width(port, port.Shape?[1].Length) : null;
    }

    private static string List(IReadOnlyList<GraphPort> ports) => ports.Count == 0 ? "nothing" : string.Join(", ", ports.Take(20));

    private static string Listed(IReadOnlyList<string> names) => string.Join(", ", names.Take(20)) + (names.Count > 20 ? ", …" : "");

    /// <param name="Columns">Null if the graph leaves it open.</param>
    private sealed record Width(GraphPort Port, long? Columns);
}
