using Mlops.Data;
using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Numbers that stand for the values of one string feature.</summary>
/// <param name="names">The values that training has seen.</param>
/// <param name="columns">For each column what each value becomes.</param>
/// <param name="otherwise">For each column what any other value becomes.</param>
internal sealed class CategoryValues(CategoryColumn feature, string[] names, float[][] columns, float[] otherwise) : INumberSource
{
    public LazyColumn[] Encode(RawFeatures features)
    {
        var column = feature.Read(features);
        return [.. columns.Zip(otherwise, (values, other) => Encode(column, values, other))];
    }

    public GraphValue ToGraph(ModelGraph graph)
    {
        var text = feature.ToGraph(graph);
        return graph.Join([.. columns.Zip(otherwise, (values, other) =>
        {
            var (keys, table) = feature.Table(names, values, other);
            return graph.Writer.LabelEncoder(text, keys, table, other);
        })]);
    }

    private LazyColumn Encode(StringColumn column, float[] values, float other)
    {
        var table = names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        var byCode = Array.ConvertAll(column.Levels, level => table.GetValueOrDefault(level, other));
        var missing = table.GetValueOrDefault("", other);
        return (start, into) =>
        {
            var codes = column.Codes.AsSpan(start, into.Length);
            for (var i = 0; i < into.Length; i++)
            {
                into[i] = codes[i] is StringColumn.Missing ? missing : byCode[codes[i]];
            }
        };
    }
}
