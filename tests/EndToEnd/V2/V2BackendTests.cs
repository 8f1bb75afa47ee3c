using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.EndToEnd.V2;

/// <summary>Basic operators as the ONNX project tests them, registered, served and asked over HTTP as any client would.</summary>
/// <remarks>Which of all 1,072 models the runtime serves, and why not the others, is for <c>BackendModelTests</c>: here it is about what the
/// protocol makes of tensors, in JSON and in binary.</remarks>
public sealed class V2BackendTests : IAsyncLifetime
{
    private static readonly string[] Operators =
    [
        "abs", "add", "and", "argmax", "cast", "ceil", "clip", "concat", "cumsum", "div", "equal", "exp", "expand", "gather", "gemm", "greater",
        "identity", "isinf", "isnan", "less", "log", "matmul", "max", "mean", "min", "mod", "mul", "neg", "nonzero", "not", "onehot", "or", "pad",
        "pow", "range", "reducemean", "relu", "reshape", "round", "shape", "sigmoid", "sign", "size", "slice", "softmax", "split", "sqrt",
        "squeeze", "sub", "sum", "tanh", "tile", "topk", "transpose", "unique", "unsqueeze", "where", "xor",
    ];

    private static readonly string[] Refused =
    [
        "node/test_cast_BFLOAT16_to_FLOAT", "node/test_cast_FLOAT_to_BFLOAT16", "node/test_identity_opt", "node/test_identity_sequence",
        "node/test_max_int16", "node/test_max_uint16", "node/test_min_int16", "node/test_min_uint16", "node/test_pow_types_float32_uint32",
        "node/test_pow_types_float32_uint64",
    ];

    /// <summary>The runtime writes a float with other digits than the reference.</summary>
    private static readonly string[] Otherwise = ["node/test_cast_FLOAT_to_STRING"];

    private Platform? _platform;

    private Platform Host => _platform ?? throw new InvalidOperationException("The platform has not started.");

    public async Task InitializeAsync() => _platform = await Platform.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();

    [BackendFact]
    public async Task They_give_the_outputs_of_the_reference_in_json_and_in_binary()
    {
        var client = new V2Client(Host.Client);
        var names = BackendModels.Names.Where(IsOfThem).Except(Otherwise).ToList();
        var (refused, faults) = (new List<string>(), new List<string>());
        foreach (var name in names)
        {
            var model = name.Replace('/', '-').Replace('_', '-').ToLowerInvariant();
            if (await client.RegisterAsync(model, BackendModels.Model(name)) is 422)
            {
                refused.Add(name);
                continue;
            }

            await client.ServeAsync("onnx", model);
            faults.AddRange((await FaultsAsync(client, name)).Select(fault => $"{name}: {fault}"));
            await client.RemoveAsync("onnx");
        }

        Assert.Empty(faults);
        Assert.Equal(Refused, refused);
        Assert.InRange(names.Count, 250, 1_072);
        Assert.Empty(Host.Errors);
    }

    private static bool IsOfThem(string name) => Operators.Any(known =>
        name.StartsWith($"node/test_{known}", StringComparison.Ordinal)
        && (name.Length == known.Length + 10 || name[known.Length + 10] is '_'));

    private static async Task<IEnumerable<string>> FaultsAsync(V2Client client, string name)
    {
        var metadata = (await client.GetAsync("/models/onnx")).Json;
        var wanted = metadata["inputs"]!.AsArray();
        var given = BackendModels.Tensors(name, "input");

        // The files are in the order of the graph, and some are named otherwise than its inputs.
        var inputs = wanted.Select((input, i) =>
        {
            var called = input!["name"]!.GetValue<string>();
            return (given.FirstOrDefault(tensor => tensor.Name == called) ?? given[i]) with { Name = called };
        }).ToList();
        var datatypes = wanted.Select(input => input!["datatype"]!.GetValue<string>()).ToList();
        var hasHalf = datatypes.Concat(metadata["outputs"]!.AsArray().Select(output => output!["datatype"]!.GetValue<string>())).Contains("FP16");
        var expected = BackendModels.Tensors(name, "output");

        var binary = await AskAsync(client, inputs, datatypes, isBinary: true);
        var faults = Faults("binary", expected, binary);
        return hasHalf ? faults : faults.Concat(Faults("JSON", expected, await AskAsync(client, inputs, datatypes, isBinary: false)));
    }

    private static Task<V2Reply> AskAsync(V2Client client, List<NamedTensor> inputs, List<string> datatypes, bool isBinary)
    {
        var asked = new JsonArray();
        var behind = new List<byte>();
        foreach (var (input, datatype) in inputs.Zip(datatypes))
        {
            var told = new JsonObject
            {
                ["name"] = input.Name,
                ["shape"] = new JsonArray([.. input.Shape.Select(length => (JsonNode)length)]),
                ["datatype"] = datatype,
            };
            if (isBinary)
            {
                var bytes = Bytes(input);
                behind.AddRange(bytes);
                told["parameters"] = new JsonObject { ["binary_data_size"] = bytes.Length };
            }
            else
            {
                told["data"] = JsonNode.Parse($"[{string.Join(',', Elements(input))}]");
            }

            asked.Add(told);
        }

        var request = new JsonObject { ["inputs"] = asked, ["parameters"] = new JsonObject { ["binary_data_output"] = isBinary } };
        return client.PostAsync("/models/onnx/infer", request.ToJsonString(), isBinary ? [.. behind] : null);
    }

    private static List<string> Faults(string form, IReadOnlyList<NamedTensor> expected, V2Reply reply)
    {
        if (reply.Status is not 200)
        {
            return [$"{form}: {reply.Status} {reply.Json.ToJsonString()}"];
        }

        var at = 0;
        return reply.Json["outputs"]!.AsArray().Zip(expected, (output, tensor) =>
        {
            List<string> found;
            if (output!["data"] is JsonArray data)
            {
                found = [.. data.Select(element => element!.ToJsonString())];
            }
            else
            {
                var size = output["parameters"]!["binary_data_size"]!.GetValue<int>();
                found = Elements(tensor.Type, tensor.Strings is null, reply.Binary.AsSpan(at, size));
                at += size;
            }

            var isSame = output["shape"]!.AsArray().Select(length => length!.GetValue<long>()).SequenceEqual(tensor.Shape)
                && found.Count == Elements(tensor).Count && found.Zip(Elements(tensor)).All(pair => AreNear(pair.First, pair.Second));
            return isSame ? null : $"{form}: {output.ToJsonString()} is not {string.Join(',', Elements(tensor))}";
        }).OfType<string>().ToList();
    }

    private static bool AreNear(string found, string expected) =>
        found == expected
        || (double.TryParse(found, CultureInfo.InvariantCulture, out var left) && double.TryParse(expected, CultureInfo.InvariantCulture, out var right)
            && Math.Abs(left - right) <= 1e-5 + (1e-4 * Math.Abs(right)));

    private static byte[] Bytes(NamedTensor tensor) => tensor.Strings is { } strings
        ? [.. strings.SelectMany(text => BitConverter.GetBytes((uint)Encoding.UTF8.GetByteCount(text)).Concat(Encoding.UTF8.GetBytes(text)))]
        : tensor.Data.ToArray();

    /// <summary>The elements as JSON has them.</summary>
    private static List<string> Elements(NamedTensor tensor) => Elements(tensor.Type, tensor.Strings is null, Bytes(tensor));

    private static List<string> Elements(TensorType type, bool isNumeric, ReadOnlySpan<byte> bytes)
    {
        if (isNumeric)
        {
            return type switch
            {
                TensorType.Bool => Each<byte>(bytes, truth => truth is 0 ? "false" : "true"),
                TensorType.Int8 => Each<sbyte>(bytes, number => $"{number}"),
                TensorType.Int16 => Each<short>(bytes, number => $"{number}"),
                TensorType.Int32 => Each<int>(bytes, number => $"{number}"),
                TensorType.Int64 => Each<long>(bytes, number => $"{number}"),
                TensorType.UInt8 => Each<byte>(bytes, number => $"{number}"),
                TensorType.UInt16 => Each<ushort>(bytes, number => $"{number}"),
                TensorType.UInt32 => Each<uint>(bytes, number => $"{number}"),
                TensorType.UInt64 => Each<ulong>(bytes, number => $"{number}"),
                TensorType.Float16 => Each<Half>(bytes, number => Told((double)number)),
                TensorType.Float32 => Each<float>(bytes, number => Told(number)),
                _ => Each<double>(bytes, Told),
            };
        }

        var texts = new List<string>();
        while (bytes.Length > 0)
        {
            var length = BitConverter.ToInt32(bytes);
            texts.Add(JsonValue.Create(Encoding.UTF8.GetString(bytes.Slice(sizeof(uint), length))).ToJsonString());
            bytes = bytes[(sizeof(uint) + length)..];
        }

        return texts;
    }

    private static readonly JsonSerializerOptions Named =
        new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static string Told(double number) => JsonSerializer.Serialize(number, Named);

    private static List<string> Each<T>(ReadOnlySpan<byte> bytes, Func<T, string> told)
        where T : unmanaged
    {
        var found = new List<string>();
        foreach (var element in MemoryMarshal.Cast<byte, T>(bytes))
        {
            found.Add(told(element));
        }

        return found;
    }
}
