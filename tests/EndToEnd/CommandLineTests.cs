using System.Text.Json.Nodes;
using Mlops.Cli;
using Mlops.EndToEnd.OpenApi;
using Spectre.Console;

namespace Mlops.EndToEnd;

[Collection(SharedPlatform.Name)]
public sealed class CommandLineTests(DocumentedPlatform platform) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_training_that_passes_its_gates_ends_with_0_and_tells_its_steps()
    {
        var spec = Spec("""{"metric": "accuracy", "atLeast": 0}""");

        var (code, said, _) = await RunAsync("train", spec, "--watch");

        Assert.Equal(ExitCode.Done, code);

        // Which steps are seen depends on how fast they end; the one that was under way at the first look is always told.
        Assert.Matches(@"(?m)^ +\d{1,3} %  [a-z]\w+\r?$", said);
        Assert.Contains("passed its gates", said, StringComparison.Ordinal);
        Assert.Contains("✓ accuracy at least 0", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missed_gate_has_an_exit_code_of_its_own()
    {
        var (code, said, _) = await RunAsync("train", Spec("""{"metric": "accuracy", "atLeast": 1.5}"""), "--watch");

        Assert.Equal(ExitCode.GateMissed, code);
        Assert.Contains("✗ accuracy at least 1.5", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_does_not_fit_the_spec_has_an_exit_code_of_its_own()
    {
        var spec = Write("""{"model": "cli", "dataset": "fruit", "target": "absent", "learner": {"name": "logistic-regression"}}""");

        var (code, said, _) = await RunAsync("train", spec, "--watch");

        Assert.Equal(ExitCode.Refused, code);
        Assert.Contains("no column 'absent'", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_spec_ends_with_2_and_names_every_wrong_field()
    {
        var spec = Write("""{"model": "c/l/i", "dataset": "fruit", "target": "ripe", "learner": {"name": "oracle"}}""");

        var (code, said, _) = await RunAsync("train", spec);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("model: expected a model name", said, StringComparison.Ordinal);
        Assert.Contains("learner.name: expected one of", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("train", "absent.json")]
    [InlineData("register", "absent.onnx", "--name", "m")]
    [InlineData("study", "show")]
    [InlineData("report", "fruit", "--url", "nonsense")]
    public async Task A_wrong_command_line_ends_with_2(params string[] args)
    {
        var command = new MlopsCommand(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(new StringWriter()) }), new StringWriter());

        Assert.Equal(ExitCode.Usage, await command.RunAsync(args));
    }

    [Fact]
    public async Task A_platform_that_is_not_there_ends_with_1_and_says_where_it_was_looked_for()
    {
        var said = new StringWriter();

        var code = await Command(said, new StringWriter()).RunAsync(["report", "fruit", "--url", "http://127.0.0.1:9"]);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("http://127.0.0.1:9/ does not answer", said.ToString().ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_standard_output_is_one_document()
    {
        var (code, said, json) = await RunAsync("train", Spec("""{"metric": "accuracy", "atLeast": 0}"""), "--watch", "--json");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("", said);
        Assert.Equal("completed", JsonNode.Parse(json)?["state"]?.GetValue<string>());
    }

    [Fact]
    public async Task A_report_shows_metrics_beside_the_baseline()
    {
        await RunAsync("train", Spec("""{"metric": "accuracy", "atLeast": 0}"""), "--watch");

        var (code, said, _) = await RunAsync("report", "cli");

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("rocAuc", said, StringComparison.Ordinal);
        Assert.Contains("baseline", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_is_uploaded_before_the_training_that_needs_it()
    {
        var csv = Path.Combine(_folder.Path, "pears.csv");
        await File.WriteAllLinesAsync(
            csv, ["size,ripe", .. Enumerable.Range(0, 40).Select(i => $"{i},{(i < 20 ? "no" : "yes")}")]);
        var spec = Write("""{"model": "pears", "dataset": "pears", "target": "ripe", "learner": {"name": "logistic-regression"}}""");

        var (code, said, _) = await RunAsync("train", spec, "--data", csv, "--watch");

        Assert.True(code is ExitCode.Done, said);
    }

    [Fact]
    public async Task A_model_made_elsewhere_is_registered_and_told()
    {
        var (code, said, _) = await RunAsync(
            "register", Foreign("zipmap_strings"), "--name", "cellar", "--numbered", "--framework", "sklearn");

        Assert.True(code is ExitCode.Done, said);
        Assert.Matches(@"cellar version \d+: multiclass, 13 features, classes a2, b1, c0", said);
    }

    [Fact]
    public async Task A_model_that_takes_tensors_is_registered_once_with_its_key()
    {
        string[] command = ["register", Foreign("forest"), "--name", "forest", "--idempotency-key", "once", "--json"];

        var (first, second) = (await RunAsync(command), await RunAsync(command));

        Assert.Equal((ExitCode.Done, ExitCode.Done), (first.Code, second.Code));
        Assert.Equal("tensors", JsonNode.Parse(first.Json)?["signature"]?["task"]?.GetValue<string>());
        Assert.Equal(first.Json, second.Json);
    }

    [Fact]
    public async Task A_model_that_is_not_what_it_is_said_to_be_ends_with_2_and_the_reason()
    {
        var (code, said, _) = await RunAsync(
            "register", Foreign("zipmap_strings"), "--name", "refused", "--features", "a,b", "--classes", "x,y");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("features: 2 numeric features are given; the model has 13 columns", said, StringComparison.Ordinal);
        Assert.Contains("classes: the model's classes are [c0, b1, a2], not [x, y]", said, StringComparison.Ordinal);
    }

    private static string Foreign(string name) => Path.Combine(AppContext.BaseDirectory, "foreign", $"{name}.onnx");

    private static MlopsCommand Command(TextWriter screen, TextWriter json)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(screen),
        });
        console.Profile.Width = 200;
        return new MlopsCommand(console, json);
    }

    private async Task<(int Code, string Said, string Json)> RunAsync(params string[] args)
    {
        var (screen, json) = (new StringWriter(), new StringWriter());
        var code = await Command(screen, json).RunAsync([.. args, "--url", platform.Host.Address.ToString()]);
        return (code, screen.ToString(), json.ToString());
    }

    private string Spec(string gate) => Write($$"""
        {"model": "cli", "dataset": "fruit", "datasetVersion": 1, "target": "ripe", "learner": {"name": "logistic-regression"},
         "gates": [{{gate}}]}
        """);

    private string Write(string spec)
    {
        var path = Path.Combine(_folder.Path, "spec.json");
        File.WriteAllText(path, spec);
        return path;
    }
}
