using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Mlops.Onnx;

/// <summary>What this project expects of the ONNX Runtime API.</summary>
public class NativeRuntimeTests
{
    [Fact]
    public void A_session_knows_its_models_names_types_and_metadata()
    {
        using var session = new InferenceSession(EveryOperator.Graph().ToBytes());

        Assert.Equal(["numeric", "strings"], session.InputNames);
        Assert.Equal(["label", "probabilities", "number"], session.OutputNames);
        var numeric = session.InputMetadata["numeric"];
        Assert.Equal((OnnxValueType.ONNX_TYPE_TENSOR, typeof(float)), (numeric.OnnxValueType, numeric.ElementType));
        Assert.Equal(TensorElementType.Float, numeric.ElementDataType);
        Assert.Equal([-1, 3], numeric.Dimensions);
        Assert.Equal(["rows", ""], numeric.SymbolicDimensions);
        Assert.True(session.InputMetadata["strings"].IsString);
        Assert.Equal(("mlops-functions", "every-operator"), (session.ModelMetadata.ProducerName, session.ModelMetadata.GraphName));
        Assert.Equal("grün", session.ModelMetadata.CustomMetadataMap["colour"]);
    }

    [Fact]
    public void A_sequence_of_maps_describes_itself_and_can_be_walked()
    {
        using var session = new InferenceSession(Foreign.Bytes("zipmap_integers.onnx"));
        var map = session.OutputMetadata["output_probability"].AsSequenceMetadata().ElementMeta.AsMapMetadata();
        Assert.Equal((TensorElementType.Int64, TensorElementType.Float), (map.KeyDataType, map.ValueMetadata.ElementDataType));

        using var input = OrtValue.CreateTensorValueFromMemory(new float[2 * 13], [2, 13]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["float_input"], [input], ["output_probability"]);
        List<long> labels = [];
        outputs[0].ProcessSequence(
            (row, _) => row.ProcessMap((keys, _) => labels.AddRange(keys.GetTensorDataAsSpan<long>()), OrtAllocator.DefaultInstance),
            OrtAllocator.DefaultInstance);

        Assert.Equal([0, 1, 2, 0, 1, 2], labels);
    }

    [Fact]
    public void A_model_can_be_opened_from_a_file()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("onnx-").FullName, "grün model.onnx");
        File.WriteAllBytes(path, OwnModel.Line());

        using var session = new InferenceSession(path);

        Assert.Equal(["numeric"], session.InputNames);
    }

    [Fact]
    public void What_the_runtime_refuses_is_an_exception_with_its_words()
    {
        var malformed = Assert.Throws<OnnxRuntimeException>(() => new InferenceSession([1, 2, 3]));
        var absent = Assert.Throws<OnnxRuntimeException>(() => new InferenceSession("absent.onnx"));
        Assert.Contains("InvalidProtobuf", malformed.Message, StringComparison.Ordinal);
        Assert.Contains("NoSuchFile", absent.Message, StringComparison.Ordinal);

        using var session = new InferenceSession(OwnModel.Line());
        using var input = OrtValue.CreateTensorValueFromMemory(new float[3], [1, 3]);
        using var options = new RunOptions();
        Assert.Throws<OnnxRuntimeException>(() => session.Run(options, ["numeric"], [input], ["prediction"]));
        Assert.Throws<OnnxRuntimeException>(() => session.Run(options, ["other"], [input], ["prediction"]));
        Assert.Throws<OnnxRuntimeException>(() => session.Run(options, ["numeric"], [input], []));
    }

    [Fact]
    public void Outputs_can_be_written_into_the_callers_memory()
    {
        using var session = new InferenceSession(OwnModel.Line());
        var scores = new float[2];
        using var input = OrtValue.CreateTensorValueFromMemory([1f, 2, 3, 4], [2, 2]);
        using var output = OrtValue.CreateTensorValueFromMemory(scores, [2, 1]);
        using var options = new RunOptions();

        session.Run(options, ["numeric"], [input], ["prediction"], [output]);

        Assert.Equal([9, 19], scores);
    }

    [Fact]
    public void A_terminated_run_ends()
    {
        using var session = new InferenceSession(OwnModel.Line());
        using var input = OrtValue.CreateTensorValueFromMemory(new float[2], [1, 2]);
        using var options = new RunOptions { Terminate = true };

        Assert.Throws<OnnxRuntimeException>(() => session.Run(options, ["numeric"], [input], ["prediction"]));

        options.Terminate = false;
        session.Run(options, ["numeric"], [input], ["prediction"]).Dispose();
    }

    [Fact]
    public void Strings_go_in_and_come_out_as_they_are()
    {
        string[] texts = ["", "a", "grün ✓", "a\0b", new string('x', 5000), "\U0001F600"];
        using var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [texts.Length]);
        for (var i = 0; i < texts.Length; i++)
        {
            tensor.StringTensorSetElementAt("overwritten, and longer".AsSpan(), i);
            tensor.StringTensorSetElementAt(texts[i].AsSpan(), i);
        }

        Assert.Equal(texts, tensor.GetStringTensorAsArray());
        Assert.Equal([texts.Length], tensor.GetTensorTypeAndShape().Shape);
        Assert.Throws<OnnxRuntimeException>(() => tensor.StringTensorSetElementAt("beyond".AsSpan(), texts.Length));
    }

    [Fact]
    public void A_tensor_is_read_as_what_it_is()
    {
        using var tensor = OrtValue.CreateTensorValueFromMemory([1L, 2L], [2]);

        Assert.Equal([1, 2], tensor.GetTensorDataAsSpan<long>().ToArray());
        Assert.Throws<OnnxRuntimeException>(() => tensor.GetTensorDataAsSpan<float>().Length);
        Assert.Throws<OnnxRuntimeException>(() => tensor.GetStringTensorAsArray());
    }

    [Fact]
    public void What_is_disposed_is_refused()
    {
        var session = new InferenceSession(OwnModel.Line());
        var input = OrtValue.CreateTensorValueFromMemory(new float[2], [1, 2]);
        using var options = new RunOptions();
        input.Dispose();
        Assert.Throws<OnnxRuntimeException>(() => session.Run(options, ["numeric"], [input], ["prediction"]));

        session.Dispose();
        session.Dispose();
    }
}
