using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Files that would make a reader take memory, open files or recurse: refused before the runtime sees them.</summary>
public class HostileModelTests
{
    private const long SomeMemory = 16L * 1024 * 1024;

    /// <summary>Refusing takes no memory to speak of; what refuses is managed, so that counting managed memory is enough.</summary>
    private static string Refusal(byte[] model)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.Throws<ModelLoadException>(() => ModelAdmission.Admit(model, OnnxLimits.Default)).Message;

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < SomeMemory, "It took much managed memory.");
        return refusal;
    }

    private static byte[] WithConstant(Action<ProtobufWriter> write) => RawModel.Of(graph =>
    {
        graph.Node("Add", ["x", "w"], ["y"]);
        graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1]);
        graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [-1]);
        write(graph);
    });

    [Theory]
    [InlineData(ElementType.Float, new long[] { 1L << 40 })]
    [InlineData(ElementType.Float, new long[] { 1L << 20, 1L << 20, 1L << 20 })]
    [InlineData(ElementType.Int64, new long[] { 65_536, 65_536 })]
    [InlineData(ElementType.String, new long[] { 1L << 33 })]
    [InlineData(ElementType.Boolean, new long[] { 1_000 })]
    public void A_constant_that_claims_more_than_it_carries_is_refused(ElementType type, long[] shape) =>
        Assert.Contains(
            "'w' claims", Refusal(WithConstant(graph => graph.Constant("w", type, shape, [1, 2, 3, 4]))), StringComparison.Ordinal);

    [Theory]
    [InlineData(new long[] { -1 })]
    [InlineData(new long[] { long.MaxValue, 3 })]
    [InlineData(new long[] { long.MinValue })]
    public void A_constant_of_an_impossible_shape_is_refused(long[] shape) => Assert.Contains(
        "'w' has the shape",
        Refusal(WithConstant(graph => graph.Constant("w", ElementType.Float, shape, [0, 0, 0, 0]))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(5_000, false)]
    [InlineData(TreeDepth.Most, true)]
    public void A_tree_so_deep_that_the_runtime_would_overflow_its_stack_is_refused(int splits, bool isTaken)
    {
        var nodes = Enumerable.Range(0, splits)
            .SelectMany(i => new[] { TreeNode.Split(0, i, (2 * i) + 1, (2 * i) + 2, missingIsTrue: false), TreeNode.Leaf(1) })
            .Append(TreeNode.Leaf(2)).ToArray();
        var trees = new TreeEnsemble();
        trees.Add(nodes);
        var graph = new GraphWriter("chain");
        var x = graph.Input("x", ElementType.Float, Dimension.Rows, 1);
        graph.Output(graph.TreeEnsembleRegressor(x, trees, 1), "y", ElementType.Float, Dimension.Rows, 1);
        var model = graph.ToBytes();

        if (isTaken)
        {
            OnnxModelLoader.Open(model).Dispose();
            ModelAdmission.Admit(model, OnnxLimits.Default);
        }
        else
        {
            Assert.Contains("a path of more than", Refusal(model), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_tree_that_leads_back_to_where_it_came_from_is_refused()
    {
        var model = RawModel.Of(graph =>
        {
            graph.Node(
                "TreeEnsembleRegressor",
                ["x"],
                ["y"],
                GraphWriter.LearningDomain,
                Integers("nodes_treeids", 0, 0, 0),
                Integers("nodes_nodeids", 0, 1, 2),
                Integers("nodes_truenodeids", 1, 0, 0),
                Integers("nodes_falsenodeids", 2, 2, 0));
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [-1]);
        });

        Assert.Contains("leads back", Refusal(model), StringComparison.Ordinal);

        static (string, Action<ProtobufWriter>) Integers(string name, params long[] values) =>
            (name, attribute => Array.ForEach(values, value => attribute.Integer(OnnxFields.Attribute.Integers, value)));
    }

    [Fact]
    public void A_constant_in_a_nodes_attribute_is_looked_at_too()
    {
        var model = RawModel.Of(graph =>
        {
            graph.Node("Constant", [], ["y"], "", ("value", attribute => attribute.Message(
                OnnxFields.Attribute.Tensor, tensor => RawModel.Tensor(tensor, "w", ElementType.Float, [1L << 36], [0, 0, 0, 0]))));
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, null);
        });

        Assert.Contains("'w' claims", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sparse_constant_that_is_huge_once_written_out_is_refused()
    {
        var model = WithConstant(graph => graph.Message(OnnxFields.Graph.SparseInitializer, sparse =>
        {
            sparse.Message(OnnxFields.SparseTensor.Values, tensor => RawModel.Tensor(tensor, "w", ElementType.Float, [1], [0, 0, 0, 0]));
            sparse.Message(
                OnnxFields.SparseTensor.Indices, tensor => RawModel.Tensor(tensor, "", ElementType.Int64, [1], [0, 0, 0, 0, 0, 0, 0, 0]));
            sparse.Integer(OnnxFields.SparseTensor.Dimension, 1L << 36);
        }));

        Assert.Contains("sparse constants", Refusal(model), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(5_000)]
    public void Graphs_nested_deeply_are_refused(int depth) =>
        Assert.Contains("deep in one another", Refusal(ExternalData.DeclareInBranch(depth)), StringComparison.Ordinal);

    [Theory]
    [InlineData(0x7FFFFFFFUL)]
    [InlineData(0xFFFFFFFFUL)]
    [InlineData(ulong.MaxValue)]
    public void A_length_that_is_not_there_is_refused(ulong length)
    {
        var prefix = new ProtobufWriter();
        prefix.Integer(1, (long)length);
        byte[] model = [0x08, 0x08, 0x3A, .. prefix.ToArray()[1..], 1, 2, 3];

        Assert.Contains("bytes are announced", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_in_files_are_refused_whatever_their_path() =>
        Assert.Contains("files beside it", Refusal(ExternalData.Declare(OwnModel.Line())), StringComparison.Ordinal);

    [Fact]
    public void Strings_that_are_no_text_are_refused() => Assert.Contains(
        "A string of the tensor",
        Refusal(WithConstant(graph => graph.Constant("w", ElementType.String, [1], null, [0xC3, 0x28]))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("", "y", "input at place 0 has no name")]
    [InlineData("x", "", "output at place 0 has no name")]
    public void Unnamed_inputs_and_outputs_are_refused(string input, string output, string reason)
    {
        var model = RawModel.Of(graph =>
        {
            graph.Node("Neg", [input], [output]);
            graph.Port(OnnxFields.Graph.Input, input, ElementType.Float, [1]);
            graph.Port(OnnxFields.Graph.Output, output, ElementType.Float, [1]);
        });

        Assert.Contains(reason, Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_inputs_of_one_name_are_refused()
    {
        var model = RawModel.Of(graph =>
        {
            graph.Node("Neg", ["x"], ["y"]);
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [1]);
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [1]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [1]);
        });

        Assert.Contains("Two inputs are called 'x'", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_graph_is_refused() =>
        Assert.Contains("graph is empty", Refusal(RawModel.Of(_ => { })), StringComparison.Ordinal);

    [Fact]
    public void Operators_of_an_unknown_domain_are_named()
    {
        var model = RawModel.Of(
            graph =>
            {
                graph.Node("Enchant", ["x"], ["y"], "acme.magic");
                graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [1]);
                graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [1]);
            },
            otherDomain: "acme.magic");

        Assert.Contains("operators of acme.magic (acme.magic:Enchant)", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_whose_operators_are_functions_of_the_model_is_known()
    {
        var model = RawModel.Of(
            graph =>
            {
                graph.Node("Twice", ["x"], ["y"], "acme");
                graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [1]);
                graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [1]);
            },
            otherDomain: "acme",
            more: all => all.Message(OnnxFields.Model.Function, function =>
            {
                function.Text(OnnxFields.Function.Name, "Twice");
                function.Text(4, "a");
                function.Text(5, "b");
                function.Message(OnnxFields.Function.Node, node =>
                {
                    node.Text(OnnxFields.Node.Input, "a");
                    node.Text(OnnxFields.Node.Input, "a");
                    node.Text(OnnxFields.Node.Output, "b");
                    node.Text(OnnxFields.Node.Operator, "Add");
                });
                function.Message(OnnxFields.Function.OpsetImport, opset => opset.Integer(OnnxFields.Opset.Version, 17));
                function.Text(OnnxFields.Function.Domain, "acme");
            }));

        using var scorer = new OnnxModelLoader(OnnxLimits.Default)
            .LoadTensors(model, ModelAdmission.Admit(model, OnnxLimits.Default), null);
        Assert.True(scorer.TakesZeros);
    }

    [Fact]
    public void Operators_newer_than_the_runtimes_are_refused_with_both_versions() => Assert.Contains(
        "version 27 of the operators of ai.onnx; this runtime has versions up to 26",
        Refusal(RawModel.Unary("Neg", ElementType.Float, [1], opset: 27)),
        StringComparison.Ordinal);

    [Fact]
    public void The_newest_versions_are_those_that_the_runtime_has()
    {
        OnnxModelLoader.Open(RawModel.Unary("Neg", ElementType.Float, [1], ModelAdmission.NewestOpset)).Dispose();
        Assert.Throws<ModelLoadException>(
            () => OnnxModelLoader.Open(RawModel.Unary("Neg", ElementType.Float, [1], ModelAdmission.NewestOpset + 1)));
        OnnxModelLoader.Open(Binarizer(ModelAdmission.NewestLearningOpset)).Dispose();
        Assert.Throws<ModelLoadException>(() => OnnxModelLoader.Open(Binarizer(ModelAdmission.NewestLearningOpset + 1)));
    }

    private static byte[] Binarizer(long version) => RawModel.Of(
        graph =>
        {
            graph.Node("Binarizer", ["x"], ["y"], GraphWriter.LearningDomain);
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [1]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [1]);
        },
        learningOpset: version);
}
