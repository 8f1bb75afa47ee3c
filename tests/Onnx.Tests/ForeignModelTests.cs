using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>A model made elsewhere predicts here what scikit-learn says it predicts.</summary>
public class ForeignModelTests
{
    private static readonly OnnxModelLoader Loader = new(OnnxLimits.Default);

    [Theory]
    [InlineData("zipmap_integers", TaskType.Multiclass, "0", "1", "2")]
    [InlineData("zipmap_strings", TaskType.Multiclass, "c0", "b1", "a2")]
    [InlineData("tensor_reversed", TaskType.Multiclass, "c0", "b1", "a2")]
    [InlineData("forest", TaskType.Binary, "0", "1")]
    [InlineData("forest_zipmap", TaskType.Binary, "0", "1")]
    [InlineData("sigmoid_column", TaskType.Binary, "no", "yes")]
    [InlineData("regression_column", TaskType.Regression)]
    [InlineData("regression_vector", TaskType.Regression)]
    public void Predictions_are_the_source_frameworks(string name, TaskType task, params string[] classes)
    {
        var (batch, expected, width) = Foreign.Case(name);
        using var scorer = Loader.Load(Foreign.Bytes($"{name}.onnx"), Foreign.Signature(task, width, classes));

        var actual = new float[expected.Length];
        scorer.Score(batch, actual);

        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-6 * Math.Max(1, Math.Abs(pair.First))));
    }

    [Theory]
    [InlineData("zipmap_strings")]
    [InlineData("tensor_reversed")]
    public void Columns_follow_the_signatures_classes_whatever_the_models_order(string name)
    {
        var (batch, expected, width) = Foreign.Case(name);
        using var scorer = Loader.Load(
            Foreign.Bytes($"{name}.onnx"), Foreign.Signature(TaskType.Multiclass, width, "a2", "b1", "c0"));

        var actual = new float[expected.Length];
        scorer.Score(batch, actual);

        for (var i = 0; i < expected.Length; i += 3)
        {
            Assert.Equal(expected[i], actual[i + 2], 1e-6);
            Assert.Equal(expected[i + 1], actual[i + 1], 1e-6);
            Assert.Equal(expected[i + 2], actual[i], 1e-6);
        }
    }

    [Theory]
    [InlineData("zipmap_integers", "a", "b", "c")]
    [InlineData("tensor_reversed", "c0", "b1", "zz")]
    public void Other_classes_than_the_signatures_are_refused(string name, params string[] classes)
    {
        var refusal = Assert.Throws<ModelLoadException>(
            () => Loader.Load(Foreign.Bytes($"{name}.onnx"), Foreign.Signature(TaskType.Multiclass, 13, classes)));

        Assert.Contains($"[{string.Join(", ", classes)}]", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Their_inputs_and_outputs_can_be_read_without_running_them()
    {
        var info = OnnxGraphInfo.Read(Foreign.Bytes("zipmap_strings.onnx"));

        Assert.Equal("make.py", info.ProducerName);
        Assert.Equal("'float_input' Float [?, 13]", Assert.Single(info.Inputs).ToString());
        Assert.Equal([PortKind.Tensor, PortKind.SequenceOfMaps], info.Outputs.Select(output => output.Kind));
        Assert.Equal(["Identity", "ai.onnx.ml:LinearClassifier", "ai.onnx.ml:Normalizer", "ai.onnx.ml:ZipMap"], info.Operators);
        Assert.Equal(["c0", "b1", "a2"], info.ClassLabels);
        Assert.Equal((15L, 1L), (info.Opsets[string.Empty], info.Opsets["ai.onnx.ml"]));
    }
}
