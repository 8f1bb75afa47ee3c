using System.Runtime.InteropServices;
using System.Text;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

public class TensorScorerTests
{
    private static readonly OnnxModelLoader Loader = new(OnnxLimits.Default);

    public static TheoryData<TensorType> NumberTypes => [.. Enum.GetValues<TensorType>().Where(type => type is not TensorType.String)];

    private static TensorScorer Load(byte[] model, TensorSignature? signature = null, OnnxLimits? limits = null) =>
        new OnnxModelLoader(limits ?? OnnxLimits.Default)
            .LoadTensors(model, ModelAdmission.Admit(model, OnnxLimits.Default), signature);

    private static NamedTensor Floats(string name, long[] shape, params float[] values) =>
        new(name, TensorType.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static NamedTensor Long(string name, long value) => new(name, TensorType.Int64, [], BitConverter.GetBytes(value));

    private static ElementType ElementOf(TensorType type) =>
        Enum.GetValues<ElementType>().Single(element => TensorTypes.Find(element) == type);

    /// <summary>v + v + … as often as <c>times</c> says, from 0: ends at once on zeros and hardly ever on large numbers.</summary>
    private static byte[] Loop() => RawModel.Of(graph =>
    {
        graph.Constant("go", ElementType.Boolean, [], [1]);
        graph.Node("Loop", ["times", "go", "v"], ["y"], "", RawModel.Graph("body", body =>
        {
            body.Node("Identity", ["condition"], ["again"]);
            body.Node("Add", ["value", "value"], ["next"]);
            body.Text(OnnxFields.Graph.Name, "body");
            body.Port(OnnxFields.Graph.Input, "iteration", ElementType.Int64, []);
            body.Port(OnnxFields.Graph.Input, "condition", ElementType.Boolean, []);
            body.Port(OnnxFields.Graph.Input, "value", ElementType.Float, [1]);
            body.Port(OnnxFields.Graph.Output, "again", ElementType.Boolean, []);
            body.Port(OnnxFields.Graph.Output, "next", ElementType.Float, [1]);
        }));
        graph.Port(OnnxFields.Graph.Input, "times", ElementType.Int64, []);
        graph.Port(OnnxFields.Graph.Input, "v", ElementType.Float, [1]);
        graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [1]);
    });

    [Theory]
    [MemberData(nameof(NumberTypes))]
    public void Elements_of_every_type_come_back_as_they_went_in(TensorType type)
    {
        using var scorer = Load(RawModel.Unary("Identity", ElementOf(type), [-1, 2]));
        byte[] data = [.. Enumerable.Range(0, 6 * type.Width()).Select(i => (byte)(type is TensorType.Bool ? i % 2 : i * 37))];

        // In the midst of a larger buffer, as a request body is: not aligned to anything.
        byte[] body = [9, .. data, 9];
        var output = Assert.Single(scorer.Run([new NamedTensor("x", type, [3, 2], body.AsMemory(1, data.Length))], [], default));

        Assert.Equal(("y", type), (output.Name, output.Type));
        Assert.Equal([3L, 2L], output.Shape);
        Assert.Equal(data, output.Data.ToArray());
        Assert.Equal(("x", type), (scorer.Signature.Inputs[0].Name, scorer.Signature.Inputs[0].Type));
        Assert.Equal([-1, 2], scorer.Signature.Inputs[0].Shape);
    }

    [Fact]
    public void Strings_come_back_as_they_went_in()
    {
        using var scorer = Load(RawModel.Unary("Identity", ElementType.String, [-1]));
        string[] strings = ["", "ü", "a\0b", "😀", new string('x', 10_000)];

        var output = Assert.Single(scorer.Run([new NamedTensor("x", TensorType.String, [5], default, strings)], [], default));

        Assert.Equal(strings, output.Strings);
        Assert.True(output.Data.IsEmpty);
    }

    [Theory]
    [InlineData(new long[] { 0, 2 }, new float[0])]
    [InlineData(new long[] { 1, 2 }, new float[] { 1, 2 })]
    public void No_rows_are_rows(long[] shape, float[] values)
    {
        using var scorer = Load(RawModel.Unary("Neg", ElementType.Float, [-1, 2]));

        var output = Assert.Single(scorer.Run([Floats("x", shape, values)], [], default));

        Assert.Equal(shape, output.Shape);
        Assert.Equal(values.Select(value => -value), MemoryMarshal.Cast<byte, float>(output.Data.Span).ToArray());
    }

    [Fact]
    public void A_scalar_has_no_dimensions()
    {
        using var scorer = Load(RawModel.Unary("Neg", ElementType.Int64, []));

        var output = Assert.Single(scorer.Run([Long("x", 5)], [], default));

        Assert.Empty(output.Shape);
        Assert.Equal(-5, BitConverter.ToInt64(output.Data.Span));
    }

    [Fact]
    public void Outputs_come_in_the_order_in_which_they_are_asked_for()
    {
        using var scorer = Load(RawModel.Of(graph =>
        {
            graph.Node("Neg", ["x"], ["a"]);
            graph.Node("Abs", ["x"], ["b"]);
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1]);
            graph.Port(OnnxFields.Graph.Output, "a", ElementType.Float, [-1]);
            graph.Port(OnnxFields.Graph.Output, "b", ElementType.Float, [-1]);
        }));
        NamedTensor[] inputs = [Floats("x", [1], -3)];

        Assert.Equal(["a", "b"], scorer.Run(inputs, [], default).Select(output => output.Name));
        Assert.Equal(["b", "a"], scorer.Run(inputs, ["b", "a"], default).Select(output => output.Name));
        Assert.Equal(["b"], scorer.Run(inputs, ["b"], default).Select(output => output.Name));
    }

    [Fact]
    public void An_input_with_a_value_in_the_model_is_no_callers_business()
    {
        using var scorer = Load(RawModel.Of(graph =>
        {
            graph.Node("Add", ["x", "bias"], ["y"]);
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1]);
            graph.Port(OnnxFields.Graph.Input, "bias", ElementType.Float, [1]);
            graph.Constant("bias", ElementType.Float, [1], BitConverter.GetBytes(0.5f));
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [-1]);
        }));

        Assert.Equal("x", Assert.Single(scorer.Signature.Inputs).Name);
        Assert.Equal(1.5f, BitConverter.ToSingle(scorer.Run([Floats("x", [1], 1)], [], default)[0].Data.Span));
    }

    [Theory]
    [InlineData("zipmap_integers", 3)]
    [InlineData("zipmap_strings", 3)]
    public void Maps_from_label_to_probability_are_a_tensor_in_the_order_of_the_graphs_labels(string name, int classes)
    {
        var (batch, expected, width) = Foreign.Case(name);
        using var scorer = Load(Foreign.Bytes($"{name}.onnx"));
        var maps = Assert.Single(scorer.Signature.Outputs, output => output.Name == "output_probability");

        var outputs = scorer.Run(
            [new NamedTensor("float_input", TensorType.Float32, [batch.Rows, width], MemoryMarshal.AsBytes(batch.Numbers.Span).ToArray())],
            ["output_probability"],
            default);

        Assert.Equal(TensorType.Float32, maps.Type);
        Assert.Equal([-1L, classes], maps.Shape);
        Assert.Equal([batch.Rows, (long)classes], outputs[0].Shape);
        var actual = MemoryMarshal.Cast<byte, float>(outputs[0].Data.Span).ToArray();
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-6));
    }

    [Fact]
    public void What_the_graph_cannot_take_together_is_told_in_the_runtimes_words_without_its_places()
    {
        using var scorer = Load(RawModel.Of(graph =>
        {
            graph.Node("Add", ["a", "b"], ["y"]);
            graph.Port(OnnxFields.Graph.Input, "a", ElementType.Float, [-1]);
            graph.Port(OnnxFields.Graph.Input, "b", ElementType.Float, [-1]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [-1]);
        }));

        var unfit = Assert.Throws<TensorScoringException>(
            () => scorer.Run([Floats("a", [2], 1, 2), Floats("b", [3], 1, 2, 3)], [], default));

        Assert.Contains("Add", unfit.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".cc", unfit.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".h:", unfit.Message, StringComparison.Ordinal);
        Assert.True(unfit.Message.Length < 500);
    }

    [Fact]
    public void A_shape_that_the_graph_does_not_take_is_the_callers_fault()
    {
        using var scorer = Load(RawModel.Unary("Neg", ElementType.Float, [-1, 2]));

        Assert.Throws<TensorScoringException>(() => scorer.Run([Floats("x", [1, 3], 1, 2, 3)], [], default));
    }

    [Fact]
    public void A_boolean_that_is_neither_0_nor_1_is_refused()
    {
        using var scorer = Load(RawModel.Unary("Not", ElementType.Boolean, [-1]));

        var unfit = Assert.Throws<TensorScoringException>(
            () => scorer.Run([new NamedTensor("x", TensorType.Bool, [2], new byte[] { 1, 2 })], [], default));

        Assert.Contains("'x'", unfit.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_that_are_fewer_than_the_shape_says_never_reach_the_runtime()
    {
        using var scorer = Load(RawModel.Unary("Neg", ElementType.Float, [-1]));

        Assert.Throws<ArgumentException>(() => scorer.Run([Floats("x", [1_000_000], 1)], [], default));
        Assert.Throws<ArgumentException>(() => scorer.Run([Long("x", 1)], [], default));
        Assert.Throws<ArgumentException>(() => scorer.Run([Floats("z", [1], 1)], [], default));
        Assert.Throws<ArgumentException>(() => scorer.Run([], [], default));
        Assert.Throws<ArgumentException>(() => scorer.Run([Floats("x", [1], 1)], ["z"], default));
    }

    [Fact]
    public void Outputs_are_bounded()
    {
        using var scorer = Load(
            RawModel.Unary("Neg", ElementType.Float, [-1]), limits: OnnxLimits.Default with { MaximumOutputBytes = 8 });

        Assert.Equal([2L], scorer.Run([Floats("x", [2], 1, 2)], [], default)[0].Shape);
        var unfit = Assert.Throws<TensorScoringException>(() => scorer.Run([Floats("x", [3], 1, 2, 3)], [], default));
        Assert.Contains("larger than an answer may be", unfit.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_string_that_the_graph_made_no_text_of_is_told()
    {
        // A LabelEncoder's values are bytes to the runtime.
        var model = RawModel.Of(graph =>
        {
            graph.Node(
                "LabelEncoder", ["x"], ["y"], GraphWriter.LearningDomain, RawModel.Integers("keys_int64s", 1),
                ("values_strings", attribute =>
                {
                    attribute.Bytes(OnnxFields.Attribute.Texts, "ok@"u8);
                    attribute.Integer(OnnxFields.Attribute.Type, 8);
                }
            ));
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Int64, [-1]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.String, [-1]);
        });
        model.AsSpan()[model.AsSpan().IndexOf("ok@"u8) + 2] = 0xFF;

        Assert.Contains("UTF-8", Assert.Throws<ModelLoadException>(() => Load(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_ends()
    {
        using var scorer = Load(Loop());
        using var cancelling = new CancellationTokenSource();
        var running = Task.Run(() => scorer.Run([Long("times", long.MaxValue), Floats("v", [1], 0)], [], cancelling.Token));

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(4, BitConverter.ToSingle(scorer.Run([Long("times", 2), Floats("v", [1], 1)], [], default)[0].Data.Span));
    }

    [Fact]
    public async Task Disposed_while_it_runs_it_ends_what_it_began_and_begins_nothing()
    {
        var scorer = Load(Loop());
        using var cancelling = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 4)
            .Select(_ => Task.Run(() => scorer.Run([Long("times", long.MaxValue), Floats("v", [1], 0)], [], cancelling.Token)))
            .ToArray();

        scorer.Dispose();
        scorer.Dispose();
        await cancelling.CancelAsync();

        // Who came in time was cancelled, who came too late was told; none crashed.
        foreach (var call in calls)
        {
            var end = await Record.ExceptionAsync(() => call);
            Assert.True(end is OperationCanceledException or ObjectDisposedException, $"{end}");
        }

        Assert.Throws<ObjectDisposedException>(() => scorer.Run([Long("times", 1), Floats("v", [1], 0)], [], default));
    }

    [Fact]
    public void Calls_side_by_side_do_not_mix()
    {
        using var scorer = Load(RawModel.Unary("Neg", ElementType.Float, [-1]));

        Parallel.For(0, 200, i =>
        {
            var output = scorer.Run([Floats("x", [2], i, 2 * i)], [], default)[0];
            Assert.Equal([-i, -2f * i], MemoryMarshal.Cast<byte, float>(output.Data.Span).ToArray());
        });
    }

    [Fact]
    public void A_model_that_fails_on_zeros_is_served()
    {
        // It picks the fifth element, and where free dimensions are 1 there is none.
        var model = RawModel.Of(graph =>
        {
            graph.Constant("at", ElementType.Int64, [1], BitConverter.GetBytes(4L));
            graph.Node("Gather", ["x", "at"], ["y"]);
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [1]);
        });

        using var scorer = Load(model);

        Assert.False(scorer.TakesZeros);
        Assert.Equal(5, BitConverter.ToSingle(scorer.Run([Floats("x", [5], 1, 2, 3, 4, 5)], [], default)[0].Data.Span));
    }

    [Fact]
    public void A_model_that_does_not_come_to_an_end_on_zeros_is_not()
    {
        var refusal = Assert.Throws<ModelLoadException>(() => Load(
            Foreign.Bytes("endless.onnx"), limits: OnnxLimits.Default with { TrialTime = TimeSpan.FromMilliseconds(100) }));

        Assert.Contains("did not come to an end on zeros within 0.1 s", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rank_that_the_graph_does_not_say_is_that_of_the_trial()
    {
        using var scorer = Load(RawModel.Of(graph =>
        {
            graph.Node("Unsqueeze", ["x", "axes"], ["y"]);
            graph.Constant("axes", ElementType.Int64, [1], BitConverter.GetBytes(0L));
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1, 3]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, null);
        }));

        Assert.Equal([-1, -1, -1], scorer.Signature.Outputs[0].Shape);
    }

    [Fact]
    public void An_input_without_a_shape_needs_somebody_to_say_it()
    {
        var model = RawModel.Unary("Neg", ElementType.Float, null);
        var said = new TensorSignature(
            [new TensorSpec("x", TensorType.Float32, [-1, 2])], [new TensorSpec("y", TensorType.Float32, [-1, 2])]);

        Assert.Contains("shape of the input 'x'", Assert.Throws<ModelLoadException>(() => Load(model)).Message, StringComparison.Ordinal);
        using var scorer = Load(model, said);
        Assert.Equal([-1, 2], scorer.Signature.Outputs[0].Shape);
    }

    [Theory]
    [InlineData("x", TensorType.Float64, new long[] { -1, 2 }, "'x' is of type Float32, not Float64")]
    [InlineData("x", TensorType.Float32, new long[] { -1, 3 }, "shape [?, 2], which [?, 3] does not fit")]
    [InlineData("x", TensorType.Float32, new long[] { -1, -1 }, "shape [?, 2], which [?, ?] does not fit")]
    [InlineData("x", TensorType.Float32, new long[] { 2 }, "shape [?, 2], which [2] does not fit")]
    [InlineData("z", TensorType.Float32, new long[] { -1, 2 }, "no input 'z'; it has 'x' Float [?, 2]")]
    public void A_signature_that_does_not_fit_is_refused_with_what_does_not(string name, TensorType type, long[] shape, string reason)
    {
        var given = new TensorSignature([new TensorSpec(name, type, shape)], [new TensorSpec("y", TensorType.Float32, [-1, 2])]);

        var refusal = Assert.Throws<ModelLoadException>(() => Loader.LoadTensors(RawModel.Unary("Neg", ElementType.Float, [-1, 2]), given));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_may_leave_out_outputs_and_fix_free_dimensions()
    {
        var model = RawModel.Of(graph =>
        {
            graph.Node("Neg", ["x"], ["y"]);
            graph.Node("SequenceConstruct", ["x"], ["all"]);
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1, 2]);
            graph.OddPort(OnnxFields.Graph.Output, "all", OnnxFields.Type.Sequence);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [-1, 2]);
        });
        var given = new TensorSignature(
            [new TensorSpec("x", TensorType.Float32, [3, 2])], [new TensorSpec("y", TensorType.Float32, [3, 2])]);

        Assert.Contains(
            "'all' sequence is no tensor", Assert.Throws<ModelLoadException>(() => Load(model)).Message, StringComparison.Ordinal);
        using var scorer = Load(model, given);
        Assert.Equal("y", Assert.Single(scorer.Run([Floats("x", [3, 2], new float[6])], [], default)).Name);
    }

    [Theory]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Complex64)]
    [InlineData(ElementType.Float8E4M3FN)]
    [InlineData(ElementType.Int4)]
    public void Elements_that_do_not_travel_are_refused_by_name(ElementType type) =>
        Assert.Contains(
            $"'x' has elements of type {type}",
            Assert.Throws<ModelLoadException>(() => Load(RawModel.Unary("Identity", type, [1]))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void An_input_of_a_size_that_nobody_means_is_not_tried()
    {
        using var scorer = Load(RawModel.Unary("Neg", ElementType.Float, [1L << 40, 1 << 20]));

        Assert.False(scorer.TakesZeros);
    }

    [Fact]
    public void Texts_of_a_name_that_are_no_text_are_refused()
    {
        var model = RawModel.Unary("Neg", ElementType.Float, [-1]);
        model.AsSpan()[model.AsSpan().IndexOf(Encoding.ASCII.GetBytes("x"))] = 0xC0;

        Assert.Contains("not UTF-8", Assert.Throws<ModelLoadException>(() => Load(model)).Message, StringComparison.Ordinal);
    }
}
