using Mlops.Serving;

namespace Mlops.Onnx;

public class EmbeddedModelTests
{
    [Fact]
    public void An_embedded_model_computes_what_it_did_alone()
    {
        var graph = new GraphWriter("outer");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);
        var doubled = graph.Mul(x, graph.Constant([2f], 1));
        var values = graph.Embed(Inner().ToBytes(), new Dictionary<string, GraphValue> { ["in"] = doubled }, "sum", "double");
        graph.Output(values[0], "a", ElementType.Float, Dimension.Rows, 2);
        graph.Output(values[1], "b", ElementType.Float, Dimension.Rows, 2);

        using var run = new GraphRun(graph.ToBytes()).With("x", [1f, 2, 3, 4], 2, 2);

        Assert.Equal([12f, 24, 16, 28], run.Floats("a"));
        Assert.Equal([4f, 8, 12, 16], run.Floats("b"));
    }

    [Fact]
    public void A_model_may_be_embedded_twice()
    {
        var graph = new GraphWriter("outer");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);
        var once = graph.Embed(Inner().ToBytes(), new Dictionary<string, GraphValue> { ["in"] = x }, "sum")[0];
        var twice = graph.Embed(Inner().ToBytes(), new Dictionary<string, GraphValue> { ["in"] = once }, "sum")[0];
        graph.Output(twice, "y", ElementType.Float, Dimension.Rows, 2);

        using var run = new GraphRun(graph.ToBytes()).With("x", [1f, 2], 1, 2);

        Assert.Equal([21f, 42], run.Floats("y"));
    }

    [Fact]
    public void What_an_embedded_model_needs_and_lacks_is_said()
    {
        var graph = new GraphWriter("outer");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);
        var given = new Dictionary<string, GraphValue> { ["in"] = x };

        Assert.Contains("'in'", Refusal(graph, Inner().ToBytes(), []), StringComparison.Ordinal);
        Assert.Contains("'other'", Refusal(graph, Inner().ToBytes(), given, "other"), StringComparison.Ordinal);
        Assert.Contains("not an ONNX model", Refusal(graph, [1, 2, 3], given), StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_of_an_unknown_domain_is_not_taken_over()
    {
        var strange = new GraphWriter("strange");
        var y = strange.Node("org.example", "Magic", 1, [strange.Input("in", ElementType.Float, Dimension.Rows)])[0];
        strange.Output(y, "y", ElementType.Float, Dimension.Rows);
        var graph = new GraphWriter("outer");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows);

        Assert.Contains(
            "org.example:Magic",
            Refusal(graph, strange.ToBytes(), new Dictionary<string, GraphValue> { ["in"] = x }, "y"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_wanted_output_needs_is_left_behind()
    {
        var strange = Inner();
        var y = strange.Node("org.example", "Magic", 1, [strange.Input("unwanted", ElementType.Float, Dimension.Rows)])[0];
        strange.Output(strange.Add(y, strange.Constant([1f], 1)), "magic", ElementType.Float, Dimension.Rows);
        var graph = new GraphWriter("outer");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);

        var given = new Dictionary<string, GraphValue> { ["in"] = x, ["unwanted"] = x };
        graph.Output(graph.Embed(strange.ToBytes(), given, "double")[0], "y", ElementType.Float, Dimension.Rows, 2);

        Assert.Equal(["Add"], OnnxGraphInfo.Read(graph.ToBytes()).Operators);
    }

    /// <summary>sum = in + (10, 20) and double = 2·in.</summary>
    private static GraphWriter Inner()
    {
        var inner = new GraphWriter("inner");
        var x = inner.Input("in", ElementType.Float, Dimension.Rows, 2);
        inner.Output(inner.Add(x, inner.Constant([10f, 20], 1, 2)), "sum", ElementType.Float, Dimension.Rows, 2);
        inner.Output(inner.Add(x, x), "double", ElementType.Float, Dimension.Rows, 2);
        return inner;
    }

    private static string Refusal(
        GraphWriter graph, byte[] model, Dictionary<string, GraphValue> inputs, params string[] outputs) =>
        Assert.Throws<ModelLoadException>(() => graph.Embed(model, inputs, outputs)).Message;
}
