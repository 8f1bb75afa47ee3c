using System.Globalization;
using System.Text;
using System.Text.Json;
using Mlops.Data;

namespace Mlops.Registry;

/// <summary>The <c>MLmodel</c> file by which MLflow's tools know a model: YAML with the onnx and python_function flavours.</summary>
/// <remarks>The signature has the features by name, as clients send them, and the outputs as the graph has them.</remarks>
internal static class MlModelFile
{
    /// <summary>The MLflow whose format this is.</summary>
    private const string MlflowVersion = "2.17.2";

    public static string Write(VersionContent content, string uuid)
    {
        var yaml = new StringBuilder();
        yaml.Append("artifact_path: model\n");
        yaml.Append("flavors:\n");
        yaml.Append("  onnx:\n");
        yaml.Append("    code: null\n");
        yaml.Append("    data: model.onnx\n");
        yaml.Append("    providers:\n");
        yaml.Append("    - CPUExecutionProvider\n");
        yaml.Append("  python_function:\n");
        yaml.Append("    data: model.onnx\n");
        yaml.Append("    loader_module: mlflow.onnx\n");
        if (content.Signature.DecisionThreshold is { } threshold)
        {
            yaml.Append("metadata:\n");
            yaml.Append(CultureInfo.InvariantCulture, $"  decision_threshold: {threshold:R}\n");
        }

        yaml.Append(CultureInfo.InvariantCulture, $"mlflow_version: {MlflowVersion}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"model_size_bytes: {content.Onnx.Length}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"model_uuid: {Quoted(uuid)}\n");
        if (content.RunId is { } runId)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"run_id: {Quoted(runId)}\n");
        }

        if (content.Example is not null || content.TensorExample is not null)
        {
            yaml.Append("saved_input_example_info:\n");
            yaml.Append(CultureInfo.InvariantCulture, $"  artifact_path: {ModelFiles.InputExample}\n");
            yaml.Append(content.Example is not null
                ? "  pandas_orient: split\n  type: dataframe\n"
                : "  format: tf-serving\n  type: ndarray\n");
        }

        yaml.Append("signature:\n");
        yaml.Append(CultureInfo.InvariantCulture, $"  inputs: {Quoted(Inputs(content.Signature))}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"  outputs: {Quoted(Outputs(content.Signature))}\n");
        yaml.Append("  params: null\n");
        yaml.Append(CultureInfo.InvariantCulture, $"utc_time_created: '{content.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}'\n");
        return yaml.ToString();
    }

    private static string Inputs(ModelSignature signature) => signature.Tensors is { } tensors
        ? Tensors(tensors.Inputs)
        : JsonSerializer.Serialize(signature.Features.Select(feature => new
        {
            type = TypeOf(feature),
            name = feature.Name,
            required = true,
        }));

    private static string Outputs(ModelSignature signature) => signature switch
    {
        { Tensors: { } tensors } => Tensors(tensors.Outputs),
        { Task: TaskType.Regression } => JsonSerializer.Serialize(new[] { Tensor(ModelSignature.PredictionOutput, "float32", -1, 1) }),
        _ => JsonSerializer.Serialize(new[]
        {
            Tensor(ModelSignature.LabelOutput, "str", -1),
            Tensor(ModelSignature.ProbabilitiesOutput, "float32", -1, signature.Classes.Count),
        }),
    };

    private static string Tensors(IReadOnlyList<TensorSpec> specs) =>
        JsonSerializer.Serialize(specs.Select(spec => Tensor(spec.Name, NumpyType(spec.Type), [.. spec.Shape])));

    private static string NumpyType(TensorType type) => type is TensorType.String ? "str" : type.ToString().ToLowerInvariant();

    private static Dictionary<string, object> Tensor(string name, string dtype, params long[] shape) => new()
    {
        ["name"] = name,
        ["type"] = "tensor",
        ["tensor-spec"] = new Dictionary<string, object> { ["dtype"] = dtype, ["shape"] = shape },
    };

    /// <remarks>MLflow's integer columns refuse missing values, so a nullable one is called double, as its documentation advises.</remarks>
    private static string TypeOf(ColumnSchema feature) => feature.Type switch
    {
        ColumnType.Integer => feature.Nullable ? "double" : "long",
        ColumnType.Number => "double",
        ColumnType.Boolean => "boolean",
        ColumnType.Timestamp => "datetime",
        _ => "string",
    };

    /// <remarks>JSON and ids have no line breaks or control characters, so single quotes are all that YAML needs.</remarks>
    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
