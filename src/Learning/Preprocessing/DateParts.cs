using Mlops.Onnx;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Parts of one timestamp, a column each.</summary>
internal sealed class DateParts(int index, IReadOnlyList<DatePart> parts) : INumberSource
{
    public LazyColumn[] Encode(RawFeatures features) => [.. parts.Select<DatePart, LazyColumn>(part => (start, values) =>
    {
        features.Numbers[index](start, values);
        foreach (ref var value in values)
        {
            value = float.IsNaN(value) ? float.NaN : (float)new CalendarTime<double, NumberArithmetic>(default, value)[part];
        }
    })];

    public GraphValue ToGraph(ModelGraph graph)
    {
        var writer = graph.Writer;
        var seconds = graph.Number(index);
        var time = new CalendarTime<GraphValue, GraphArithmetic>(
            new GraphArithmetic(writer), writer.Cast(seconds, ElementType.Double));
        var columns = graph.Join([.. parts.Select(part => writer.Cast(time[part], ElementType.Float))]);
        return writer.Where(writer.IsNaN(seconds), writer.Constant([float.NaN], 1), columns);
    }
}
