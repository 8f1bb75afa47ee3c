using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>Columns prepared by an encoding, here and in the graph.</summary>
internal static class Encoded
{
    private const string Output = "rows";

    public static FeatureEncodingBuilder Learn(EncodingDefaults defaults, Preparation preparation, params Column[] columns) =>
        new(Make.Raw(columns), Make.Signature(columns), preparation, defaults);

    /// <summary>Row-major [rows, columns], numbers first, then one-hot categories, then terms.</summary>
    public static float[] Rows(FeatureEncoding encoding, params Column[] columns)
    {
        var encoded = encoding.Encode(Make.Raw(columns));
        float[][] dense =
        [
            .. encoded.Numbers,
            .. encoding.CategoryWidths.Zip(encoded.Codes).SelectMany(category => Enumerable.Range(0, category.First)
                .Select(level => Array.ConvertAll(category.Second, code => code == level ? 1f : 0f))),
            .. encoded.Terms.SelectMany(terms => terms.ToColumns()),
        ];
        return [.. Enumerable.Range(0, encoded.Rows).SelectMany(row => dense.Select(column => column[row]))];
    }

    /// <summary>The same by ONNX Runtime.</summary>
    public static float[] GraphRows(FeatureEncoding encoding, params Column[] columns)
    {
        var graph = new ModelGraph(Make.Signature(columns), "encoding");
        graph.Writer.Output(encoding.ToGraph(graph), Output, ElementType.Float, Dimension.Rows, encoding.Origins.Length);
        using var run = new GraphRun(graph.Writer.ToBytes());
        var rows = columns[0].Length;
        var numbers = columns.OfType<NumericColumn>().ToArray();
        var strings = columns.OfType<StringColumn>().ToArray();
        if (numbers.Length > 0)
        {
            run.With(
                ModelSignature.NumericInput,
                [.. Enumerable.Range(0, rows).SelectMany(row => numbers.Select(column => (float)column.Values[row]))],
                rows,
                numbers.Length);
        }

        if (strings.Length > 0)
        {
            run.With(
                ModelSignature.StringInput,
                [.. Enumerable.Range(0, rows).SelectMany(row => strings.Select(column => column[row] ?? ""))],
                rows,
                strings.Length);
        }

        return run.Floats(Output);
    }

    /// <summary>The graph gives bit for bit what the encoding gives.</summary>
    public static void GraphAgrees(FeatureEncoding encoding, params Column[] columns) =>
        Assert.Equal(Rows(encoding, columns), GraphRows(encoding, columns));
}
