using Mlops.Registry;

namespace Mlops.Serving;

public sealed class V2TensorTests : IDisposable
{
    private readonly V2Requests _v2 = new();

    public void Dispose() => _v2.Dispose();

    /// <summary>Each datatype with the least and the greatest that it can say, as JSON and in memory.</summary>
    public static TheoryData<TensorType, string, string, byte[]> Extremes => new()
    {
        { TensorType.Bool, "BOOL", "true,false", V2Requests.Bytes((byte)1, (byte)0) },
        { TensorType.Int8, "INT8", "-128,127", V2Requests.Bytes(sbyte.MinValue, sbyte.MaxValue) },
        { TensorType.Int16, "INT16", "-32768,32767", V2Requests.Bytes(short.MinValue, short.MaxValue) },
        { TensorType.Int32, "INT32", "-2147483648,2147483647", V2Requests.Bytes(int.MinValue, int.MaxValue) },
        { TensorType.Int64, "INT64", "-9223372036854775808,9223372036854775807", V2Requests.Bytes(long.MinValue, long.MaxValue) },
        { TensorType.UInt8, "UINT8", "0,255", V2Requests.Bytes(byte.MinValue, byte.MaxValue) },
        { TensorType.UInt16, "UINT16", "0,65535", V2Requests.Bytes(ushort.MinValue, ushort.MaxValue) },
        { TensorType.UInt32, "UINT32", "0,4294967295", V2Requests.Bytes(uint.MinValue, uint.MaxValue) },
        { TensorType.UInt64, "UINT64", "0,18446744073709551615", V2Requests.Bytes(ulong.MinValue, ulong.MaxValue) },
        { TensorType.Float32, "FP32", "-3.4028235E+38,\"NaN\"", V2Requests.Bytes(float.MinValue, float.NaN) },
        { TensorType.Float64, "FP64", "5E-324,\"-Infinity\"", V2Requests.Bytes(double.Epsilon, double.NegativeInfinity) },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Json_becomes_the_elements_of_its_datatype_and_they_become_it(TensorType type, string datatype, string data, byte[] elements)
    {
        var model = _v2.Tensors(type, -1);
        var request = $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{datatype}}","data":[{{data}}]}]}""";

        Assert.Equal(elements, V2Requests.Tensor(model, request).Data.ToArray());
        Assert.EndsWith($"\"data\":[{data}]}}]}}", V2Requests.Echo(model, request).Json, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Binary_is_taken_and_given_as_it_is(TensorType type, string datatype, string data, byte[] elements)
    {
        Assert.NotEmpty(data);
        var request = $$$"""
            {"parameters":{"binary_data_output":true},
             "inputs":[{"name":"x","shape":[2,1],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{elements.Length}}}}}]}
            """;

        var (json, binary, _) = V2Requests.Echo(_v2.Tensors(type, -1, 1), request, elements);

        Assert.Equal(elements, binary);
        Assert.Contains($"\"shape\":[2,1],\"parameters\":{{\"binary_data_size\":{elements.Length}}}", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Strings_go_both_ways_in_both_forms()
    {
        var model = _v2.Tensors(TensorType.String, -1);
        Assert.Equal(["é", ""], V2Requests.Tensor(model, """{"inputs":[{"name":"x","shape":[2],"datatype":"BYTES","data":["é",""]}]}""").Strings);

        var (_, binary, _) = V2Requests.Echo(
            model,
            """{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":10}}]}""",
            V2Requests.Text("é", ""));

        Assert.Equal(V2Requests.Text("é", ""), binary);
    }

    [Fact]
    public void Half_floats_are_for_binary()
    {
        var model = _v2.Tensors(TensorType.Float16, 1);
        const string Binary = """{"name":"x","shape":[1],"datatype":"FP16","parameters":{"binary_data_size":2}}""";

        Assert.Equal(
            ["inputs[0].data: FP16 is not for JSON; expected parameters.binary_data_size and the data behind the JSON"],
            V2Requests.Errors(
                model, """{"inputs":[{"name":"x","shape":[1],"datatype":"FP16","data":[1]}],"parameters":{"binary_data_output":true}}"""));
        Assert.Equal(
            ["outputs: 'y' is FP16, which is not for JSON; expected parameters.binary_data of true for it"],
            V2Requests.Errors(model, $$"""{"inputs":[{{Binary}}]}""", V2Requests.Bytes((Half)1)));
        Assert.Equal(
            V2Requests.Bytes((Half)1),
            V2Requests.Echo(
                model,
                $$$"""{"inputs":[{{{Binary}}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}""",
                V2Requests.Bytes((Half)1)).Binary);
    }

    [Theory]
    [InlineData(TensorType.UInt8, "256")]
    [InlineData(TensorType.UInt8, "-1")]
    [InlineData(TensorType.Int32, "0.5")]
    [InlineData(TensorType.Int64, "9223372036854775808")]
    [InlineData(TensorType.UInt64, "18446744073709551616")]
    [InlineData(TensorType.Float32, "1e39")]
    [InlineData(TensorType.Float64, "1e309")]
    [InlineData(TensorType.Float32, "\"1\"")]
    [InlineData(TensorType.Bool, "1")]
    [InlineData(TensorType.String, "1")]
    [InlineData(TensorType.Int32, "{\"a\":[1]}")]
    [InlineData(TensorType.Int32, "null")]
    public void An_element_that_its_datatype_cannot_say_is_named(TensorType type, string element) => Assert.StartsWith(
        "inputs[0].data[1]: expected ",
        Assert.Single(V2Requests.Errors(
            _v2.Tensors(type, -1), $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{Datatype(type)}}","data":[{{Good(type)}},{{element}}]}]}""")),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("1.0", 1)]
    [InlineData("-2e1", -20)]
    public void A_whole_number_may_be_written_in_any_way(string element, int value) => Assert.Equal(
        V2Requests.Bytes(value),
        V2Requests.Tensor(_v2.Tensors(TensorType.Int32, -1), $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[{{element}}]}]}""").Data.ToArray());

    [Theory]
    [InlineData("[2,3]", "[[1,2,3],[4,5,6]]", null)]
    [InlineData("[2,3]", "[1,2,3,4,5,6]", null)]
    [InlineData("[0,3]", "[]", null)]
    [InlineData("[2,0]", "[[],[]]", null)]
    [InlineData("[2,3]", "[[1,2],[3,4],[5,6]]", "expected arrays of 3 at depth 2 for the shape [2, 3], found one of 2")]
    [InlineData("[2,3]", "[[1,2,3],4,5,6]", "expected arrays 2 deep for the shape [2, 3], or a single one")]
    [InlineData("[2,3]", "[1,[2,3],4,5,6]", "expected no array after 1 elements for the shape [2, 3]")]
    [InlineData("[2,3]", "[[[1]]]", "expected no array after 0 elements for the shape [2, 3]")]
    [InlineData("[2,3]", "[1,2,3,4,5]", "expected 6 elements for the shape [2, 3], found 5")]
    [InlineData("[2,3]", "[1,2,3,4,5,6,7]", "expected 6 elements for the shape [2, 3], found more")]
    [InlineData("[2,3]", "[[1,2,3],[4,5,6],[7,8,9]]", "expected 6 elements for the shape [2, 3], found more")]
    [InlineData("[2,3]", "7", "expected an array, found 7")]
    [InlineData("[1000,1000]", "[1]", "expected 1000000 elements, for which the body is too short")]
    public void Data_are_flat_or_nested_as_the_shape_says(string shape, string data, string? error)
    {
        var model = _v2.Tensors(TensorType.Int32, -1, -1);
        var request = $$$"""{"inputs":[{"name":"x","shape":{{{shape}}},"datatype":"INT32","data":{{{data}}}}],"id":"after"}""";

        if (error is null)
        {
            var tensor = V2Requests.Tensor(model, request);
            Assert.Equal(Enumerable.Range(1, tensor.Data.Length / 4), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(tensor.Data.Span).ToArray());
        }
        else
        {
            Assert.Equal([$"inputs[0].data: {error}"], V2Requests.Errors(model, request));
        }
    }

    [Theory]
    [InlineData("[9223372036854775807,9223372036854775807]", "expected at most 2147483647 elements")]
    [InlineData("[0,3000000000]", "expected at most 2147483647 elements")]
    [InlineData("[3000000000]", "expected at most 2147483647 elements")]
    [InlineData("[-1]", "expected up to 16 whole numbers from 0 in an array")]
    [InlineData("[1.5]", "expected up to 16 whole numbers from 0 in an array")]
    [InlineData("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "expected up to 16 whole numbers from 0 in an array")]
    [InlineData("3", "expected up to 16 whole numbers from 0 in an array")]
    [InlineData("[1]", "expected [?, 2] for 'x', found [1]")]
    [InlineData("[1,3]", "expected [?, 2] for 'x', found [1, 3]")]
    public void A_shape_that_cannot_be_is_named(string shape, string error) => Assert.Equal(
        [$"inputs[0].shape: {error}"],
        V2Requests.Errors(
            _v2.Tensors(TensorType.Int32, -1, 2), $$"""{"inputs":[{"name":"x","shape":{{shape}},"datatype":"INT32","data":[1,2]}]}"""));

    [Theory]
    [InlineData("[]", "body: expected an object with 'inputs', found an array")]
    [InlineData("{}", "inputs: is missing; expected an array of tensors")]
    [InlineData("{\"inputs\":[]}", "inputs: expected an input 'x'")]
    [InlineData("{\"inputs\":[7]}", "inputs[0]: expected an object, found 7")]
    [InlineData("{\"inputs\":{}}", "inputs: expected an array of tensors, found an object")]
    [InlineData("{\"inputs\":[{}]}", "inputs[0].data: is missing; expected an array, or parameters.binary_data_size")]
    [InlineData("{\"inputs\":[{\"data\":[1]}]}", "inputs[0].name: is missing|inputs[0].datatype: is missing|inputs[0].shape: is missing")]
    [InlineData("{\"inputs\":[X],\"outputs\":[{\"name\":\"z\"}]}", "outputs[0].name: expected one of the model's outputs, found the string 'z'")]
    [InlineData("{\"inputs\":[X],\"outputs\":[{}]}", "outputs[0].name: is missing")]
    [InlineData("{\"inputs\":[X],\"outputs\":[{\"name\":\"y\"},{\"name\":\"y\"}]}", "outputs[1].name: is there more than once")]
    [InlineData("{\"inputs\":[X],\"id\":7}", "id: expected a string of at most 1024 bytes")]
    [InlineData("{\"inputs\":[X],\"parameters\":{\"a\":[1]}}", "parameters.a: expected a string, a number or a boolean, found an array")]
    [InlineData("{\"inputs\":[X],\"parameters\":{\"binary_data_output\":1}}", "parameters.binary_data_output: expected true or false, found 1")]
    [InlineData("{\"inputs\":[X,X]}", "inputs[1].name: the input 'x' is there more than once")]
    [InlineData("{\"inputs\":[X]} x", "body: is not JSON from line 1, byte 68 on")]
    [InlineData("{\"inputs\":[X", "body: is not JSON from line 1, byte 65 on")]
    [InlineData("{\"inputs\":[{\"name\":\"\\ud800\"}]}", "body: has an escaped string that is not Unicode text (half of a surrogate pair)")]
    public void A_request_of_another_form_is_refused(string request, string errors) => Assert.Equal(
        errors.Split('|'),
        V2Requests.Errors(
            _v2.Tensors(TensorType.Int32, -1),
            request.Replace("X", """{"name":"x","shape":[1],"datatype":"INT32","data":[1]}""", StringComparison.Ordinal)));

    [Theory]
    [InlineData("FP32", "[1]", 4, 4, "inputs[0].datatype: expected INT32 for 'x'")]
    [InlineData("INT32", "[2]", 4, 4, "inputs[0].parameters.binary_data_size: expected 8 bytes for 2 elements of 4, found 4")]
    [InlineData("INT32", "[1]", 4, 3, "inputs[0].parameters.binary_data_size: expected at most 3 bytes, which is what is left of the body, found 4")]
    [InlineData("INT32", "[1]", 4, 9, "body: has 5 bytes behind its JSON that no input names")]
    [InlineData("INT32", "[1]", -4, 4, "inputs[0].parameters.binary_data_size: expected a number of bytes, found -4")]
    [InlineData("BF16", "[1]", 4, 4, "inputs[0].datatype: expected one of FP32, FP64, INT64, INT32, BYTES, BOOL, INT8, INT16, UINT8, UINT16, UINT32, UINT64, FP16, found the string 'BF16'")]
    public void Binary_of_another_size_than_it_says_is_refused(string datatype, string shape, int said, int sent, string error) => Assert.Contains(
        error,
        V2Requests.Errors(
            _v2.Tensors(TensorType.Int32, -1),
            $$$"""{"inputs":[{"name":"x","shape":{{{shape}}},"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{said}}}}}]}""",
            new byte[sent]));

    [Fact]
    public void Binary_elements_that_cannot_be_are_named()
    {
        Assert.Equal(
            ["inputs[0].data[1]: expected a byte that is 0 or 1, found 2"],
            V2Requests.Errors(_v2.Tensors(TensorType.Bool, 2), Binary("BOOL", "[2]", 2), [1, 2]));
        Assert.Equal(
            ["inputs[0].data[1]: expected a 32-bit length and as many bytes, found the end of the tensor"],
            V2Requests.Errors(_v2.Tensors(TensorType.String, 2), Binary("BYTES", "[2]", 9), [1, 0, 0, 0, 65, 9, 0, 0, 0]));
        Assert.Equal(
            ["inputs[0].data[0]: expected a string in UTF-8"],
            V2Requests.Errors(_v2.Tensors(TensorType.String, 1), Binary("BYTES", "[1]", 5), [1, 0, 0, 0, 255]));
        Assert.Equal(
            ["inputs[0].parameters.binary_data_size: has 1 bytes more than its 1 strings take"],
            V2Requests.Errors(_v2.Tensors(TensorType.String, 1), Binary("BYTES", "[1]", 6), [1, 0, 0, 0, 65, 66]));

        static string Binary(string datatype, string shape, int size) =>
            $$$"""{"inputs":[{"name":"x","shape":{{{shape}}},"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{size}}}}}]}""";
    }

    [Fact]
    public void Json_and_binary_inputs_may_be_mixed_and_binary_ones_follow_each_other()
    {
        var model = _v2.Tensors(
            [new TensorSpec("x", TensorType.Int32, [1]), new TensorSpec("z", TensorType.Int32, [1]), new TensorSpec("w", TensorType.Bool, [2])],
            TensorType.Int32,
            1);
        var reading = V2Requests.Read(
            model,
            """
            {"inputs":[{"name":"w","shape":[2],"datatype":"BOOL","parameters":{"binary_data_size":2}},
             {"name":"z","shape":[1],"datatype":"INT32","data":[7]},
             {"name":"x","shape":[1],"datatype":"INT32","parameters":{"binary_data_size":4}}]}
            """,
            [1, 0, 5, 0, 0, 0]);

        Assert.Equal(
            ["x 05000000", "z 07000000", "w 0100"],
            Assert.IsType<DialectReading.Tensors>(reading).Inputs.Select(tensor => $"{tensor.Name} {Convert.ToHexString(tensor.Data.Span)}"));
    }

    [Fact]
    public void How_much_is_json_must_be_said_where_it_is_not_all_and_be_true()
    {
        var model = _v2.Tensors(TensorType.Int32, -1);
        byte[] body = [.. """{"inputs":[]}"""u8];

        Assert.Equal("is missing; expected how many bytes of the body are JSON", Error(new DialectRequest(body, null, "application/octet-stream")));
        Assert.Equal("expected at most the 13 bytes of the body, found 14", Error(new DialectRequest(body, 14)));

        string Error(DialectRequest request) => Assert.Single(Assert.IsType<DialectReading.Refused>(V2Dialect.Instance.Read(model, request)).Errors).Message;
    }

    private static string Datatype(TensorType type) => V2Datatypes.Name(type);

    private static string Good(TensorType type) => type switch
    {
        TensorType.Bool => "true",
        TensorType.String => "\"a\"",
        _ => "1",
    };
}
