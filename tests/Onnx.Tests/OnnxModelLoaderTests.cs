using Microsoft.Extensions.DependencyInjection;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

public class OnnxModelLoaderTests
{
    private static readonly OnnxModelLoader Loader = new(OnnxLimits.Default);

    private static string Refusal(byte[] model, ModelSignature signature) =>
        Assert.Throws<ModelLoadException>(() => Loader.Load(model, signature)).Message;

    private static byte[] Model(Action<GraphWriter> build)
    {
        var graph = new GraphWriter("model");
        build(graph);
        return graph.ToBytes();
    }

    [Fact]
    public void A_model_over_the_size_bound_is_refused_unread()
    {
        var model = OwnModel.Line();

        var refusal = Assert.Throws<ModelLoadException>(
            () => new OnnxModelLoader(OnnxLimits.Default with { MaximumBytes = model.Length - 1 }).Load(model, OwnModel.LineSignature));

        Assert.Contains($"{model.Length} bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no model")]
    [InlineData("{\"ir_version\": 8}")]
    public void Bytes_that_are_no_model_are_refused(string text) =>
        Refusal(System.Text.Encoding.UTF8.GetBytes(text), OwnModel.LineSignature);

    [Fact]
    public void A_model_with_tensors_elsewhere_is_refused()
    {
        var model = Model(graph =>
        {
            var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);
            graph.Output(graph.Add(x, graph.Constant([1f], 1)), "y", ElementType.Float, Dimension.Rows, 2);
        });

        Assert.Contains("files beside it", Refusal(ExternalData.Declare(model), OwnModel.LineSignature), StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_of_an_unknown_domain_is_refused_with_its_name()
    {
        var model = OwnModel.Line();
        var at = model.AsSpan().IndexOf("ai.onnx.ml"u8);
        "my.domain!"u8.CopyTo(model.AsSpan(model.AsSpan().LastIndexOf("ai.onnx.ml"u8)));

        Assert.True(at > 0);
        Assert.Contains("my.domain!", Refusal(model, OwnModel.LineSignature), StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_that_the_runtime_lacks_is_refused_with_its_name()
    {
        var model = Model(graph =>
        {
            var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);
            graph.Output(graph.Node("Gamma", [x]), "y", ElementType.Float, Dimension.Rows, 1);
        });

        Assert.Contains("Gamma", Refusal(model, OwnModel.LineSignature), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_with_another_number_of_features_is_refused() =>
        Assert.Contains("[rows, 3]", Refusal(OwnModel.Line(), Foreign.Signature(TaskType.Regression, 3)), StringComparison.Ordinal);

    [Fact]
    public void A_signature_with_strings_needs_a_string_input() =>
        Assert.Contains("takes 1: 'numeric' Float [rows, 2]", Refusal(OwnModel.Line(), OwnModel.MixedSignature), StringComparison.Ordinal);

    [Fact]
    public void A_signature_with_other_classes_is_refused() =>
        Assert.Contains(
            "[no, yes], but the signature's [maybe, no]",
            Refusal(OwnModel.Mixed(), OwnModel.MixedSignature with { Classes = ["maybe", "no"] }),
            StringComparison.Ordinal);

    [Fact]
    public void An_input_of_another_type_is_refused()
    {
        var model = Model(graph =>
        {
            var x = graph.Input("x", ElementType.Double, Dimension.Rows, 2);
            graph.Output(graph.Cast(x, ElementType.Float), "y", ElementType.Float, Dimension.Rows, 2);
        });

        Assert.Contains("'x' Double [rows, 2]", Refusal(model, OwnModel.LineSignature), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_exported_for_one_row_is_refused()
    {
        var model = Model(graph => graph.Output(
            graph.LinearRegressor(graph.Input("x", ElementType.Float, 1, 2), [1, 2], [3]), "y", ElementType.Float, 1, 1));

        Assert.Contains("fixed number of rows", Refusal(model, OwnModel.LineSignature), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_gives_another_shape_than_it_declares_is_refused()
    {
        var model = Model(graph =>
        {
            var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);
            graph.Output(graph.Identity(x), "y", ElementType.Float, Dimension.Rows, Dimension.Named("k"));
        });

        Assert.Contains("[3, 2] for 3 rows; [3, 1] is needed", Refusal(model, OwnModel.LineSignature), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_usable_output_is_refused()
    {
        var model = Model(graph =>
        {
            var x = graph.Input("x", ElementType.Float, Dimension.Rows, 2);
            graph.Output(graph.ArgMax(x, 1, keepDimension: true), "y", ElementType.Int64, Dimension.Rows, 1);
        });

        Assert.Contains("one float output for its prediction", Refusal(model, OwnModel.LineSignature), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_fails_on_missing_values_is_refused()
    {
        var signature = new ModelSignature([new ColumnSchema("c", ColumnType.Category, true)], "y", TaskType.Regression, []);
        var model = Model(graph =>
        {
            var text = graph.Input("text", ElementType.String, Dimension.Rows, 1);
            var hot = graph.Reshape(graph.OneHotEncoder(text, ["a"], unknownIsZeros: false), -1, 1);
            graph.Output(hot, "y", ElementType.Float, Dimension.Rows, 1);
        });

        Assert.Contains("fails on rows of zeros and empty strings", Refusal(model, signature), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_come_to_an_end_is_refused()
    {
        var impatient = new OnnxModelLoader(OnnxLimits.Default with { TrialTime = TimeSpan.FromMilliseconds(100) });

        var refusal = Assert.Throws<ModelLoadException>(
            () => impatient.Load(Foreign.Bytes("endless.onnx"), Foreign.Signature(TaskType.Regression, 1)));

        Assert.Contains("fails on rows of zeros", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_loader_is_registered()
    {
        using var services = new ServiceCollection().AddOnnx().BuildServiceProvider();

        using var scorer = services.GetRequiredService<IModelLoader>().Load(OwnModel.Line(), OwnModel.LineSignature);

        Assert.Equal(OwnModel.LineSignature, scorer.Signature);
    }
}
