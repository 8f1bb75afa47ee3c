using Mlops.Onnx;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Parts of one timestamp, a column each.</summary>
internal sealed class DateParts(int index, IReadOnlyList<DatePart> parts) : INumberSource
{
    public float[][] Encode(RawFeatures features)
    {
        var seconds = features.Numbers[index];
        var columns = new float[parts.Count][];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new float[seconds.Length];
        }

        for (var row = 0; row < seconds.Length; row++)
        {
            var time = new CalendarTime<double, NumberArithmetic>(default, seconds[row]);
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i][row] = float.IsNaN(seconds[row]) ? float.NaN : (float)time[parts[i]];
            }
        }

        return columns;
    }

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
