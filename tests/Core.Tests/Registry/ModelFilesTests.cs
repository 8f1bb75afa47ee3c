using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mlops.Data;
using Mlops.Storage;
using YamlDotNet.Serialization;

namespace Mlops.Registry;

public sealed class ModelFilesTests : IDisposable
{
    private readonly RegistryOnDisk _registry = new();

    private ModelFiles Files => _registry.Files;

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task A_folder_holds_every_file_and_the_model_reads_back()
    {
        var version = await WriteAndRegisterAsync(RegistryOnDisk.Content("onnx", Example()));

        Assert.Equal(
            [ModelFiles.MlModel, ModelFiles.InputExample, ModelFiles.Onnx, ModelFiles.ModelCard, ModelFiles.Signature],
            (await Files.ListAsync(TenantId.Default, version, default)).Select(file => file.Path));
        Assert.Equal("onnx"u8.ToArray(), (await Files.ReadOnnxAsync(TenantId.Default, version, default)).ToArray());
        Assert.Equal((4, Convert.ToHexStringLower(SHA256.HashData("onnx"u8))), (version.Size, version.Sha256));
    }

    [Fact]
    public async Task Writing_again_is_the_same_folder_and_another_result_is_another()
    {
        var first = await WriteAsync("key", "onnx");

        Assert.Equal(first, await WriteAsync("key", "onnx"));
        Assert.NotEqual(first.Id, (await WriteAsync("key", "other")).Id);
        Assert.NotEqual(first.Id, (await WriteAsync("other key", "onnx")).Id);
    }

    [Fact]
    public async Task A_model_that_is_not_what_was_registered_is_not_read()
    {
        var version = await WriteAndRegisterAsync(RegistryOnDisk.Content("onnx"));

        await Assert.ThrowsAsync<InvalidDataException>(
            () => Files.ReadOnnxAsync(TenantId.Default, version with { Sha256 = new string('0', 64) }, default));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => Files.ReadOnnxAsync(TenantId.Default, version with { Folder = "elsewhere" }, default));
    }

    [Theory]
    [InlineData("../../../other/models/x")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("a\\b")]
    [InlineData("no-such-file")]
    public async Task No_path_leads_out_of_the_folder(string path)
    {
        var version = await WriteAndRegisterAsync(RegistryOnDisk.Content());

        Assert.Null(await Files.OpenReadAsync(TenantId.Default, version, path, default));
    }

    [Fact]
    public async Task MLmodel_is_yaml_as_mlflow_reads_it()
    {
        var mlModel = await ReadMlModelAsync(RegistryOnDisk.Content("onnx", Example()));

        var flavors = Assert.IsType<Dictionary<object, object>>(mlModel["flavors"]);
        Assert.Equal("model.onnx", Assert.IsType<Dictionary<object, object>>(flavors["onnx"])["data"]);
        Assert.Equal("mlflow.onnx", Assert.IsType<Dictionary<object, object>>(flavors["python_function"])["loader_module"]);
        Assert.Equal(("run-1", "2026-01-01 12:30:00.000000"), (mlModel["run_id"], mlModel["utc_time_created"]));
        Assert.Matches("^[0-9a-f]{32}$", Assert.IsType<string>(mlModel["model_uuid"]));
    }

    [Fact]
    public async Task The_signature_in_MLmodel_names_features_and_outputs_whatever_their_names()
    {
        var content = RegistryOnDisk.Content() with
        {
            Signature = RegistryOnDisk.Signature with { Features = [new ColumnSchema("it's: \"odd\"\n", ColumnType.Integer, true)] },
        };

        var signature = Assert.IsType<Dictionary<object, object>>((await ReadMlModelAsync(content))["signature"]);

        using var inputs = JsonDocument.Parse(Assert.IsType<string>(signature["inputs"]));
        Assert.Equal("it's: \"odd\"\n", inputs.RootElement[0].GetProperty("name").GetString());
        Assert.Equal("double", inputs.RootElement[0].GetProperty("type").GetString());
        using var outputs = JsonDocument.Parse(Assert.IsType<string>(signature["outputs"]));
        Assert.Equal("[-1,2]", outputs.RootElement[1].GetProperty("tensor-spec").GetProperty("shape").GetRawText());
    }

    [Fact]
    public async Task Of_a_model_that_takes_tensors_MLmodel_and_example_are_of_tensors()
    {
        var tensors = new TensorSignature(
            [new("x", TensorType.Float32, [-1, 2]), new("name", TensorType.String, [1]), new("flag", TensorType.Bool, [])],
            [new("y", TensorType.Int64, [-1])]);
        var content = RegistryOnDisk.Content() with { Signature = ModelSignature.Of(tensors), TensorExample = tensors.Inputs };

        var mlModel = await ReadMlModelAsync(content);

        var signature = Assert.IsType<Dictionary<object, object>>(mlModel["signature"]);
        Assert.Equal(
            """
            [{"name":"x","type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1,2]}},
            {"name":"name","type":"tensor","tensor-spec":{"dtype":"str","shape":[1]}},
            {"name":"flag","type":"tensor","tensor-spec":{"dtype":"bool","shape":[]}}]
            """.ReplaceLineEndings(""),
            signature["inputs"]);
        Assert.Equal("""[{"name":"y","type":"tensor","tensor-spec":{"dtype":"int64","shape":[-1]}}]""", signature["outputs"]);
        Assert.Equal("ndarray", Assert.IsType<Dictionary<object, object>>(mlModel["saved_input_example_info"])["type"]);
        var version = await _registry.Models.FindVersionAsync(TenantId.Default, RegistryOnDisk.Churn, 1, default);
        await using var stream = await Files.OpenReadAsync(TenantId.Default, version!, ModelFiles.InputExample, default);
        using var reader = new StreamReader(stream!);
        Assert.Equal("""{"inputs":{"x":[[0.0,0.0]],"name":[""],"flag":false}}""", await reader.ReadToEndAsync());
    }

    [Fact]
    public void Types_of_tensors_are_written_as_ONNX_has_them()
    {
        var written = Encoding.UTF8.GetString(Documents.Write(new TensorSpec("x", TensorType.UInt8, [-1])));

        Assert.Equal("""{"name":"x","type":"uint8","shape":[-1]}""", written);
        Assert.Equal(TensorType.UInt8, Documents.Read<TensorSpec>(Encoding.UTF8.GetBytes(written)).Type);
    }

    [Fact]
    public async Task The_decision_threshold_is_in_MLmodel_and_in_the_signature()
    {
        var signature = RegistryOnDisk.Signature with { DecisionThreshold = 0.0625 };
        var content = RegistryOnDisk.Content() with { Signature = signature };

        var metadata = Assert.IsType<Dictionary<object, object>>((await ReadMlModelAsync(content))["metadata"]);

        Assert.Equal("0.0625", metadata["decision_threshold"]);
        Assert.Equal(0.0625, Documents.Read<ModelSignature>(Documents.Write(signature)).DecisionThreshold);
        Assert.Null(Documents.Read<ModelSignature>(Documents.Write(RegistryOnDisk.Signature)).DecisionThreshold);
    }

    [Fact]
    public async Task The_input_example_has_rows_as_clients_send_them()
    {
        var version = await WriteAndRegisterAsync(RegistryOnDisk.Content(example: Example()));

        await using var stream = await Files.OpenReadAsync(TenantId.Default, version, ModelFiles.InputExample, default);
        Assert.NotNull(stream);
        using var reader = new StreamReader(stream);
        Assert.Equal(
            """{"columns":["age","plan","since","paid"],"data":[[41,"gold","2026-01-01T00:00:00Z",true],[null,null,null,false]]}""",
            await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Documents_cannot_replace_what_is_written_anyway_nor_leave_the_folder()
    {
        foreach (var path in new[] { ModelFiles.Onnx, "../x" })
        {
            var documents = new Dictionary<string, ReadOnlyMemory<byte>> { [path] = "x"u8.ToArray() };
            var content = RegistryOnDisk.Content() with { Documents = documents };

            await Assert.ThrowsAsync<ArgumentException>(
                () => Files.WriteAsync(TenantId.Default, RegistryOnDisk.Churn, "key", content, default));
        }
    }

    private static DataFrame Example() => new([
        new NumericColumn(new ColumnSchema("age", ColumnType.Integer, true), [41, double.NaN]),
        new StringColumn(new ColumnSchema("plan", ColumnType.Category, true), [0, StringColumn.Missing], ["gold"]),
        new NumericColumn(new ColumnSchema("since", ColumnType.Timestamp, true), [1_767_225_600, double.NaN]),
        new NumericColumn(new ColumnSchema("paid", ColumnType.Boolean, false), [1, 0]),
    ]);

    private Task<VersionFolder> WriteAsync(string key, string onnx) =>
        Files.WriteAsync(TenantId.Default, RegistryOnDisk.Churn, key, RegistryOnDisk.Content(onnx), default);

    private async Task<ModelVersion> WriteAndRegisterAsync(VersionContent content)
    {
        await _registry.CreateChurnAsync();
        var folder = await Files.WriteAsync(TenantId.Default, RegistryOnDisk.Churn, "key", content, default);
        var outcome = await _registry.Models.RegisterVersionAsync(
            TenantId.Default, RegistryOnDisk.Churn, RegistryOnDisk.Registration("key") with { Folder = folder }, "ada", default);
        return Assert.IsType<RegistrationOutcome.Registered>(outcome).Version;
    }

    private async Task<Dictionary<string, object>> ReadMlModelAsync(VersionContent content)
    {
        var version = await WriteAndRegisterAsync(content);
        await using var stream = await Files.OpenReadAsync(TenantId.Default, version, ModelFiles.MlModel, default);
        Assert.NotNull(stream);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(await reader.ReadToEndAsync());
    }
}
