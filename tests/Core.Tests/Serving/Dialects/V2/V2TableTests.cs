namespace Mlops.Serving;

public sealed class V2TableTests : IDisposable
{
    private readonly V2Requests _v2 = new();

    public void Dispose() => _v2.Dispose();

    [Fact]
    public void A_feature_an_input_in_any_order_of_members_flat_or_nested_makes_rows()
    {
        Assert.Equal(
            ["1.5, 3, 1 | basic", "2, NaN, 0 | "],
            _v2.Rows("""
                {"id": "a", "parameters": {"x": 1, "y": "z", "w": true}, "inputs": [
                  {"name": "plan", "datatype": "BYTES", "shape": [2, 1], "data": [["basic"], [""]]},
                  {"data": [1.5, 2], "name": "size", "shape": [2], "datatype": "FP32"},
                  {"name": "isNew", "shape": [2], "datatype": "BOOL", "data": [true, false], "more": {"a": [1]}},
                  {"shape": [2, 1], "data": [3, null], "datatype": "INT64", "name": "\u0061ge"}]}
                """));
    }

    [Theory]
    [InlineData("numeric", "[[1.5, 3, 1], [2e0, 4, 0]]")]
    [InlineData("input-0", "[1.5, 3, 1, 2, 4, 0]")]
    public void All_numeric_features_may_come_together_and_so_may_the_others(string name, string data) => Assert.Equal(
        ["1.5, 3, 1 | a", "2, 4, 0 | b"],
        _v2.Rows($$"""
            {"inputs": [{"name": "{{name}}", "shape": [2, 3], "datatype": "FP32", "data": {{data}}},
              {"name": "strings", "shape": [2, 1], "datatype": "BYTES", "data": ["a", "b"]}]}
            """));

    [Fact]
    public void Binary_makes_the_same_rows_whatever_the_datatype()
    {
        byte[] binary =
        [
            .. V2Requests.Text("a", ""), .. V2Requests.Bytes((Half)1.5, (Half)2), .. V2Requests.Bytes(3.0, double.NaN), .. V2Requests.Bytes((byte)1, (byte)0),
        ];
        Assert.Equal(
            ["1.5, 3, 1 | a", "2, NaN, 0 | "],
            _v2.Rows(
                """
                {"inputs": [
                  {"name": "plan", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 9}},
                  {"name": "size", "shape": [2], "datatype": "FP16", "parameters": {"binary_data_size": 4}},
                  {"name": "age", "shape": [2], "datatype": "FP64", "parameters": {"binary_data_size": 16}},
                  {"name": "isNew", "shape": [2], "datatype": "UINT8", "parameters": {"binary_data_size": 2}}]}
                """,
                binary));
    }

    [Theory]
    [InlineData("""{"name":"age","shape":[1],"datatype":"FP32","data":[1.5]}""",
        "inputs[0].data[0]: expected a whole number that fits a 32-bit float, or NaN or null if it is missing, for 'age', found 1.5")]
    [InlineData("""{"name":"age","shape":[1],"datatype":"INT8","data":[300]}""",
        "inputs[0].data[0]: expected a whole number from -128 to 127, found 300")]
    [InlineData("""{"name":"age","shape":[1],"datatype":"INT8","data":[1.5]}""",
        "inputs[0].data[0]: expected a whole number from -128 to 127, found 1.5")]
    [InlineData("""{"name":"size","shape":[1],"datatype":"FP64","data":[1e39]}""",
        "inputs[0].data[0]: expected a number that fits a 32-bit float for 'size', found 1e39")]
    [InlineData("""{"name":"size","shape":[1],"datatype":"FP32","data":[null]}""",
        "inputs[0].data[0]: expected a number that fits a 32-bit float for 'size', found null")]
    [InlineData("""{"name":"isNew","shape":[1],"datatype":"FP32","data":[0.5]}""",
        "inputs[0].data[0]: expected true or false, or 1 or 0 for 'isNew', found 0.5")]
    [InlineData("""{"name":"plan","shape":[1],"datatype":"BYTES","data":[7]}""",
        "inputs[0].data[0]: expected a string or null for 'plan', found 7")]
    [InlineData("""{"name":"plan","shape":[1],"datatype":"FP32","data":[7]}""", "inputs[0].datatype: expected BYTES for 'plan'")]
    [InlineData("""{"name":"size","shape":[1],"datatype":"BYTES","data":["7"]}""",
        "inputs[0].datatype: expected a datatype of numbers for 'size'")]
    [InlineData("""{"name":"size","shape":[1,2],"datatype":"FP32","data":[1,2]}""",
        "inputs[0].shape: expected [n] or [n, 1] for 'size', found [1, 2]")]
    [InlineData("""{"name":"numeric","shape":[1,2],"datatype":"FP32","data":[1,2]}""",
        "inputs[0].shape: expected [n, 3] for 'numeric', found [1, 2]")]
    [InlineData("""{"name":"size","shape":[0],"datatype":"FP32","data":[]}""", "inputs[0].shape: expected 1 to 10000 rows, found 0")]
    [InlineData("""{"name":"size","shape":[10000],"datatype":"FP32","data":[]}""",
        "inputs[0].shape: expected 10000 rows of 4 features, for which the body is too short")]
    [InlineData("""{"name":"size","shape":[1],"datatype":"FP32","data":[1]},{"name":"numeric","shape":[1,3],"datatype":"FP32","data":[1,2,3]}""",
        "inputs[1].name: the feature 'size' is there more than once")]
    [InlineData("""{"name":"size","shape":[2],"datatype":"FP32","data":[1,2]},{"name":"age","shape":[1],"datatype":"FP32","data":[1]}""",
        "inputs[1].shape: expected 2 rows, as the first input has, found 1")]
    [InlineData("""{"name":"colour","shape":[1],"datatype":"FP32","data":[1]}""",
        "inputs[0].name: the model has no input 'colour'; see its metadata")]
    public void What_is_wrong_is_named(string inputs, string error) =>
        Assert.Equal([error], V2Requests.Errors(_v2.Table, $$"""{"inputs":[{{inputs}}]}"""));

    [Theory]
    [InlineData("""{"inputs":[{"data":["\ud800"],"name":"plan","shape":[1],"datatype":"BYTES"}]}""", "body: has an escaped string that is not Unicode text (half of a surrogate pair)")]
    [InlineData("""{"inputs":[{"name":"plan","shape":[1],"datatype":"BYTES","data":["\ud800"]}]}""", "body: has an escaped string that is not Unicode text (half of a surrogate pair)")]
    [InlineData("""{"parameters":{"binary_data_output":"\ud800"},"inputs":7}""", "parameters.binary_data_output: expected true or false, found the string '\\ud800'")]
    [InlineData("""{"parameters":{"\ud800":null},"inputs":7}""", "parameters.\\ud800: expected a string, a number or a boolean, found null")]
    public void Escapes_that_are_no_text_are_refused_wherever_they_are(string request, string error) =>
        Assert.Equal(error, V2Requests.Errors(_v2.Table, request)[0]);

    [Fact]
    public void Features_that_no_input_has_are_named() => Assert.Equal(
        ["inputs: expected an input for the feature 'plan'"],
        V2Requests.Errors(_v2.Table, """{"inputs":[{"name":"numeric","shape":[1,3],"datatype":"FP32","data":[1,2,1]}]}"""));

    [Fact]
    public void Errors_are_bounded()
    {
        var data = string.Join(',', Enumerable.Repeat("true", 300));
        Assert.Equal(50, V2Requests.Errors(
            _v2.Table, $$"""{"inputs":[{"name":"numeric","shape":[100,3],"datatype":"FP32","data":[{{data}}]}]}""").Count);
    }

    /// <remarks>Rooms for rows come from a pool, so reading many rows again and again takes no more than reading one.</remarks>
    [Fact]
    public void Many_rows_take_no_more_memory_than_one()
    {
        var (one, many) = (Request(1), Request(1_024));
        for (var warm = 0; warm < 3; warm++)
        {
            Read(one);
            Read(many);
        }

        Assert.InRange(Allocated(many), 0, Allocated(one) + 64);

        long Allocated(byte[] body)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Read(body);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Read(byte[] body) =>
            Assert.IsType<DialectReading.Rows>(V2Dialect.Instance.Read(_v2.Table, new DialectRequest(body))).Features.Dispose();

        static byte[] Request(int rows)
        {
            var numbers = string.Join(',', Enumerable.Range(0, rows).Select(row => $"[{row}.25,{row},1]"));
            var plans = string.Join(',', Enumerable.Repeat("\"basic\"", rows));
            return System.Text.Encoding.UTF8.GetBytes($$"""
                {"inputs": [{"name": "numeric", "shape": [{{rows}}, 3], "datatype": "FP32", "data": [{{numbers}}]},
                  {"name": "plan", "shape": [{{rows}}], "datatype": "BYTES", "data": [{{plans}}]}]}
                """);
        }
    }

    [Fact]
    public void The_metadata_tell_what_is_taken_and_given()
    {
        var (inputs, outputs) = V2Dialect.Describe(_v2.Table);

        Assert.Equal(
            ["size FP32 [-1]", "age FP32 [-1]", "plan BYTES [-1]", "isNew BOOL [-1]"], inputs.Select(Told));
        Assert.Equal(["prediction BYTES [-1]", "probabilities FP32 [-1,2]"], outputs.Select(Told));

        static string Told(V2Tensor tensor) => $"{tensor.Name} {tensor.Datatype} [{string.Join(',', tensor.Shape)}]";
    }

    [Fact]
    public void An_answer_has_the_label_and_the_probabilities_of_each_row()
    {
        var (json, binary, contentType) = V2Requests.Answer(_v2.Table, TwoRows(), 0.25f, 0.75f, 0.5f, 0.5f);

        Assert.Equal(
            """
            {"model_name":"live","model_version":"1","id":"q","outputs":[
            {"name":"prediction","datatype":"BYTES","shape":[2],"data":["yes","no"]},
            {"name":"probabilities","datatype":"FP32","shape":[2,2],"data":[0.25,0.75,0.5,0.5]}]}
            """.ReplaceLineEndings(""),
            json);
        Assert.Equal(("application/json", 0), (contentType, binary.Length));
    }

    [Fact]
    public void An_answer_has_the_outputs_that_are_wanted_in_binary_where_that_is()
    {
        var (json, binary, contentType) = V2Requests.Answer(
            _v2.Table,
            TwoRows("""
                , "parameters": {"binary_data_output": true},
                "outputs": [{"name": "probabilities"}, {"name": "prediction", "parameters": {"binary_data": false}}]
                """),
            0.25f, 0.75f, 1, 0);

        Assert.Equal(
            """
            {"model_name":"live","model_version":"1","id":"q","outputs":[
            {"name":"probabilities","datatype":"FP32","shape":[2,2],"parameters":{"binary_data_size":16}},
            {"name":"prediction","datatype":"BYTES","shape":[2],"data":["yes","no"]}]}
            """.ReplaceLineEndings(""),
            json);
        Assert.Equal("application/octet-stream", contentType);
        Assert.Equal(V2Requests.Bytes(0.25f, 0.75f, 1f, 0f), binary);

        (_, binary, _) = V2Requests.Answer(
            _v2.Table, TwoRows(""", "outputs": [{"name": "prediction", "parameters": {"binary_data": true}}]"""), 0.25f, 0.75f, 1, 0);
        Assert.Equal(V2Requests.Text("yes", "no"), binary);
    }

    private static string TwoRows(string more = "") => $$"""
        {"id": "q", "inputs": [{"name": "numeric", "shape": [2, 3], "datatype": "FP32", "data": [1, 2, 1, 3, 4, 0]},
          {"name": "plan", "shape": [2], "datatype": "BYTES", "data": ["a", "b"]}]{{more}}}
        """;
}
