using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Onnx;

public class OnnxModelInspectorTests
{
    private static readonly OnnxModelInspector Inspector = new(new OnnxModelLoader(OnnxLimits.Default), OnnxLimits.Default);

    private static InspectionOutcome.Fits Fits(byte[] model, ModelClaims claims) =>
        Assert.IsType<InspectionOutcome.Fits>(Inspector.Inspect(model, claims));

    private static ClaimFault Refusal(byte[] model, ModelClaims claims) =>
        Assert.Single(Assert.IsType<InspectionOutcome.Refused>(Inspector.Inspect(model, claims)).Faults);

    private static ModelClaims Named(int features, params string[] classes) => new(
        [.. Enumerable.Range(0, features).Select(index => new FeatureClaim($"x{index}"))], Classes: classes.Length > 0 ? classes : null);

    /// <summary>Two probabilities, and a label that <paramref name="label"/> makes of the index of the greater.</summary>
    private static byte[] Labelled(Action<ProtobufWriter> label, ElementType type) => RawModel.Of(graph =>
    {
        graph.Node("Softmax", ["x"], ["probabilities"]);
        graph.Node("ArgMax", ["probabilities"], ["index"], "", RawModel.Integer("axis", 1), RawModel.Integer("keepdims", 0));
        label(graph);
        graph.Port(OnnxFields.Graph.Input, "x", ElementType.Float, [-1, 2]);
        graph.Port(OnnxFields.Graph.Output, "label", type, [-1]);
        graph.Port(OnnxFields.Graph.Output, "probabilities", ElementType.Float, [-1, 2]);
    });

    [Theory]
    [InlineData("zipmap_integers", TaskType.Multiclass, "0", "1", "2")]
    [InlineData("zipmap_strings", TaskType.Multiclass, "a2", "b1", "c0")]
    [InlineData("tensor_reversed", TaskType.Multiclass, "a2", "b1", "c0")]
    [InlineData("forest", TaskType.Binary, "0", "1")]
    [InlineData("regression_column", TaskType.Regression)]
    [InlineData("regression_vector", TaskType.Regression)]
    public void Task_and_classes_are_read_from_the_graph(string name, TaskType task, params string[] classes)
    {
        var width = Foreign.Case(name).Width;

        var signature = Fits(Foreign.Bytes($"{name}.onnx"), Named(width)).Signature;

        Assert.Equal((task, "target", null), (signature.Task, signature.Target, signature.Tensors));
        Assert.Equal(classes, signature.Classes);
        Assert.Equal(
            Enumerable.Range(0, width).Select(index => new ColumnSchema($"x{index}", ColumnType.Number, false)), signature.Features);
    }

    [Fact]
    public void Features_are_numbered_when_that_is_asked()
    {
        var signature = Fits(Foreign.Bytes("zipmap_integers.onnx"), new ModelClaims(Numbered: true)).Signature;

        Assert.Equal(13, signature.Features.Count);
        Assert.Equal(("f0", "f12"), (signature.Features[0].Name, signature.Features[12].Name));
    }

    [Fact]
    public void A_graph_that_names_no_classes_needs_somebody_to_name_them()
    {
        var (model, width) = (Foreign.Bytes("sigmoid_column.onnx"), Foreign.Case("sigmoid_column").Width);

        // Nothing tells its one column from a regression's.
        Assert.Equal(TaskType.Regression, Fits(model, Named(width)).Signature.Task);
        Assert.Equal("classes", Refusal(model, Named(width) with { Task = TaskType.Binary }).Field);
        var signature = Fits(model, Named(width, "no", "yes") with { DecisionThreshold = 0.3 }).Signature;
        Assert.Equal((TaskType.Binary, 0.3), (signature.Task, signature.DecisionThreshold));
        Assert.Equal(["no", "yes"], signature.Classes);
    }

    [Fact]
    public void Classes_are_read_from_a_label_encoder()
    {
        var model = Labelled(
            graph => graph.Node(
                "LabelEncoder", ["index"], ["label"], GraphWriter.LearningDomain,
                RawModel.Integers("keys_int64s", 1, 0), RawModel.Texts("values_strings", "ape", "zebra")),
            ElementType.String);

        Assert.Equal(["zebra", "ape"], OnnxGraphInfo.Read(model).ClassLabels);
        Assert.Equal(["ape", "zebra"], Fits(model, Named(2)).Signature.Classes);
    }

    [Theory]
    [InlineData("ArrayFeatureExtractor", GraphWriter.LearningDomain)]
    [InlineData("Gather", "")]
    public void Classes_are_read_from_a_constant_that_labels_are_picked_from(string operatorName, string domain)
    {
        var model = Labelled(
            graph =>
            {
                graph.Constant("classes", ElementType.Int64, [2], [7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
                graph.Node(operatorName, ["classes", "index"], ["picked"], domain);
                graph.Node("Reshape", ["picked", "flat"], ["label"]);
                graph.Constant("flat", ElementType.Int64, [1], BitConverter.GetBytes(-1L));
            },
            ElementType.Int64);

        Assert.Equal(["7", "3"], OnnxGraphInfo.Read(model).ClassLabels);
        Assert.Equal(["3", "7"], Fits(model, Named(2)).Signature.Classes);
    }

    [Fact]
    public void A_string_input_takes_categories()
    {
        var model = RawModel.Of(graph =>
        {
            graph.Node(
                "LabelEncoder", ["x"], ["y"], GraphWriter.LearningDomain, RawModel.Texts("keys_strings", "red"), ("values_floats", attribute =>
                {
                    attribute.Float(OnnxFields.Attribute.Floats, 2);
                    attribute.Integer(OnnxFields.Attribute.Type, 6);
                }
            ));
            graph.Port(OnnxFields.Graph.Input, "x", ElementType.String, [-1, 1]);
            graph.Port(OnnxFields.Graph.Output, "y", ElementType.Float, [-1, 1]);
        });

        Assert.Equal(
            [new ColumnSchema("x0", ColumnType.Category, false)], Fits(model, Named(1)).Signature.Features);
    }

    [Fact]
    public void Of_numbers_and_strings_somebody_must_say_which_is_which()
    {
        var model = OwnModel.Mixed();
        FeatureClaim[] features =
        [
            new("size", ColumnType.Number, true), new("colour", ColumnType.Category, true), new("age", ColumnType.Integer, true),
            new("shape", ColumnType.Category, true),
        ];

        Assert.Equal("features[0].type", Refusal(model, Named(4)).Field);
        Assert.Equal("numbered", Refusal(model, new ModelClaims(Numbered: true)).Field);
        Assert.Equal(OwnModel.MixedSignature.Features, Fits(model, new ModelClaims(features)).Signature.Features);
        Assert.Contains(
            "1 string features are given; the model has 2 columns in 'strings' String [rows, 2]",
            string.Join(' ', Assert.IsType<InspectionOutcome.Refused>(Inspector.Inspect(model, new ModelClaims(
                [.. features[..3], new FeatureClaim("shape", ColumnType.Number)]))).Faults.Select(fault => fault.Reason)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Another_number_of_features_is_refused_with_both()
    {
        var fault = Refusal(Foreign.Bytes("zipmap_integers.onnx"), Named(3));

        Assert.Equal("features", fault.Field);
        Assert.Equal("3 numeric features are given; the model has 13 columns in 'float_input' Float [?, 13]", fault.Reason);
    }

    [Fact]
    public void Other_classes_than_the_graphs_are_refused_with_both()
    {
        var fault = Refusal(Foreign.Bytes("zipmap_strings.onnx"), Named(13, "a", "b", "c"));

        Assert.Equal("classes", fault.Field);
        Assert.Equal("the model's classes are [c0, b1, a2], not [a, b, c]", fault.Reason);
    }

    [Fact]
    public void More_classes_than_probabilities_are_refused() => Assert.Contains(
        "[3, 2] for 3 rows; [3, 3] is needed",
        Refusal(Labelled(graph => graph.Node("Identity", ["index"], ["label"]), ElementType.Int64), Named(2, "a", "b", "c")).Reason,
        StringComparison.Ordinal);

    [Fact]
    public void A_graph_that_takes_no_columns_has_no_features()
    {
        var fault = Refusal(RawModel.Unary("Neg", ElementType.Float, [-1, 3, 8, 8]), Named(3));

        Assert.Equal("features", fault.Field);
        Assert.Contains("the model takes 'x' Float [?, 3, 8, 8]", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_features_it_takes_tensors()
    {
        var found = Fits(RawModel.Unary("Neg", ElementType.Float, [-1, 3, 8, 8]), new ModelClaims());

        Assert.Equal((TaskType.Tensors, 0, true), (found.Signature.Task, found.Signature.OutputWidth, found.TakesZeros));
        Assert.Empty(found.Signature.Features);
        Assert.Equal([-1, 3, 8, 8], found.Signature.Tensors!.Inputs[0].Shape);
        Assert.Equal("y", found.Signature.Tensors.Outputs[0].Name);
        Assert.Equal(["Neg"], found.Origin.Operators);
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_refused_by_their_place()
    {
        var given = new TensorSignature(
            [new TensorSpec("x", TensorType.Float32, [-1, 4])], [new TensorSpec("z", TensorType.Float32, [-1, 3])]);

        var refused = Assert.IsType<InspectionOutcome.Refused>(
            Inspector.Inspect(RawModel.Unary("Neg", ElementType.Float, [-1, 3]), new ModelClaims(Tensors: given)));

        Assert.Equal(["tensors.inputs[0].shape", "tensors.outputs[0].name"], refused.Faults.Select(fault => fault.Field));
    }

    [Fact]
    public void What_the_runtime_refuses_is_refused_in_its_words()
    {
        var fault = Refusal(RawModel.Unary("Gamma", ElementType.Float, [-1]), new ModelClaims());

        Assert.Equal("model", fault.Field);
        Assert.Contains("Gamma", fault.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("onnxruntime_src", fault.Reason, StringComparison.Ordinal);
    }
}
