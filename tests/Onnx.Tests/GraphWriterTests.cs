using System.Text.Json;

namespace Mlops.Onnx;

public class GraphWriterTests
{
    [PythonOnnxFact]
    public void The_reference_checker_accepts_a_graph_with_every_operator()
    {
        var read = PythonOnnx.CheckModel(EveryOperator.Graph().ToBytes());

        Assert.Equal(8, read.GetProperty("ir").GetInt32());
        Assert.Equal(17, read.GetProperty("opsets").GetProperty("").GetInt32());
        Assert.Equal(3, read.GetProperty("opsets").GetProperty("ai.onnx.ml").GetInt32());
        Assert.Equal(["numeric", "strings"], Texts(read, "inputs"));
        Assert.Equal(EveryOperator.Names.Order(), Texts(read, "operators").Distinct().Order());
        Assert.Equal("grün", read.GetProperty("metadata").GetProperty("colour").GetString());
    }

    [PythonOnnxFact]
    public void The_reference_implementation_keeps_every_byte()
    {
        var model = EveryOperator.Graph().ToBytes();

        Assert.Equal(model.Length, PythonOnnx.CheckModel(model).GetProperty("bytes").GetInt32());
    }

    [PythonOnnxFact]
    public void The_reference_checker_refuses_what_this_suite_would_have_it_refuse()
    {
        var graph = new GraphWriter("wrong");
        graph.Output(graph.Node("NoSuchOperator", [graph.Input("x", ElementType.Float, Dimension.Rows)]), "y", ElementType.Float, 1);

        Assert.Contains("NoSuchOperator", Assert.Throws<InvalidDataException>(() => PythonOnnx.CheckModel(graph.ToBytes())).Message);
    }

    [Fact]
    public void Onnx_runtime_runs_a_graph_with_every_operator()
    {
        using var run = new GraphRun(EveryOperator.Graph().ToBytes())
            .With("numeric", [1, 2, float.NaN, 4, 5, 6], 2, 3)
            .With("strings", ["red", ""], 2, 1);

        Assert.Equal([2, 1], run.Shape("number"));
        Assert.All(run.Floats("number"), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Equal_calls_give_equal_bytes() => Assert.Equal(EveryOperator.Graph().ToBytes(), EveryOperator.Graph().ToBytes());

    [Fact]
    public void Metadata_is_written_in_one_order_whatever_the_order_of_adding()
    {
        var (first, second) = (Minimal(), Minimal());
        (first.Metadata["a"], first.Metadata["b"]) = ("1", "2");
        (second.Metadata["b"], second.Metadata["a"]) = ("2", "1");

        Assert.Equal(first.ToBytes(), second.ToBytes());
    }

    [Fact]
    public void A_name_is_given_once()
    {
        var graph = Minimal();

        Assert.Throws<ArgumentException>(() => graph.Input("x", ElementType.Float, 1));
        Assert.Throws<ArgumentException>(() => graph.Output(graph.Constant([1f], 1), "y", ElementType.Float, 1));
    }

    [Fact]
    public void A_value_of_another_graph_is_refused() =>
        Assert.Throws<ArgumentException>(() => new GraphWriter("other").Identity(Minimal().Constant([1f], 1)));

    [Fact]
    public void A_graph_without_outputs_is_refused() => Assert.Throws<InvalidOperationException>(() => new GraphWriter("empty").ToBytes());

    [Fact]
    public void A_constant_whose_shape_does_not_fit_is_refused() => Assert.Throws<ArgumentException>(() => TensorData.Of([1f, 2], 3));

    [Fact]
    public void An_input_a_constant_and_one_value_twice_can_be_outputs()
    {
        var graph = Minimal();
        var x = graph.Input("z", ElementType.Float, 1);
        var sum = graph.Add(x, x);
        graph.Output(x, "input", ElementType.Float, 1);
        graph.Output(graph.Constant([4f], 1), "constant", ElementType.Float, 1);
        graph.Output(sum, "once", ElementType.Float, 1);
        graph.Output(sum, "twice", ElementType.Float, 1);
        using var run = new GraphRun(graph.ToBytes()).With("x", [0f], 1).With("z", [3f], 1);

        Assert.Equal([3f, 4f, 6f, 6f], new[] { "input", "constant", "once", "twice" }.Select(name => run.Floats(name)[0]));
    }

    private static GraphWriter Minimal()
    {
        var graph = new GraphWriter("minimal");
        graph.Output(graph.Identity(graph.Input("x", ElementType.Float, 1)), "y", ElementType.Float, 1);
        return graph;
    }

    private static IEnumerable<string?> Texts(JsonElement read, string name) =>
        read.GetProperty(name).EnumerateArray().Select(text => text.GetString());
}
