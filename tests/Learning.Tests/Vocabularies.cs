using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Terms of texts, here and in the graph.</summary>
internal static class Vocabularies
{
    public static TextTerms Learn(string[] texts, TextLimits limits, bool weighs = true) =>
        new(0, Make.Texts("text", texts), limits, weighs);

    /// <summary>Row-major [rows, terms].</summary>
    public static float[] Encode(TextTerms terms, string[] texts)
    {
        var table = terms.Encode(Make.Raw(Make.Texts("text", texts))).ToColumns();
        return [.. Enumerable.Range(0, texts.Length).SelectMany(row => table.Select(column => column[row]))];
    }

    /// <summary>The same by ONNX Runtime.</summary>
    public static float[] Graph(TextTerms terms, string[] texts)
    {
        var graph = new ModelGraph(Make.Signature(Make.Texts("text", "")), "text");
        graph.Writer.Output(terms.ToGraph(graph), "terms", ElementType.Float, Dimension.Rows, terms.Width);
        using var run = new GraphRun(graph.Writer.ToBytes())
            .With(Registry.ModelSignature.StringInput, texts, texts.Length, 1);
        return run.Floats("terms");
    }
}
