using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mlops.Cli.Data;
using Mlops.Cli.Demo;
using Mlops.Cli.Registry;
using Mlops.Cli.Reports;
using Mlops.Cli.SmokeTest;
using Mlops.Cli.Studies;
using Mlops.Cli.Training;
using Spectre.Console;

namespace Mlops.Cli;

/// <summary>The <c>mlops</c> command: what is typed, and where what it says goes.</summary>
/// <param name="Screen">For people: colours and bars in a terminal, plain lines elsewhere.</param>
/// <param name="Json">For programs: one document on standard output, and nothing else there.</param>
internal sealed record MlopsCommand(IAnsiConsole Screen, TextWriter Json)
{
    private const string DefaultUrl = "http://127.0.0.1:7071";

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly Option<Uri> _url = new("--url")
    {
        Description = $"Where the platform is; MLOPS_URL if absent, else {DefaultUrl}.",
        Recursive = true,
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            {
                return url;
            }

            result.AddError($"--url: expected an address such as {DefaultUrl}.");
            return null;
        },
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Prints the answer as one JSON document instead of text.",
        Recursive = true,
    };

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand("The command line of the MLOps platform.") { _url, _json };
        root.Subcommands.Add(UploadCommand.Create(this));
        root.Subcommands.Add(TrainCommand.Create(this));
        root.Subcommands.Add(StudyCommand.Create(this));
        root.Subcommands.Add(ReportCommand.Create(this));
        root.Subcommands.Add(RegisterCommand.Create(this));
        root.Subcommands.Add(DemoCommand.Create(this));
        root.Subcommands.Add(SmokeTestCommand.Create(this));
        var parsed = root.Parse(args);
        var code = await parsed.InvokeAsync(cancellationToken: cancellationToken);
        return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    /// <summary>A subcommand that talks to a platform, and what its failures are told as.</summary>
    public Command Talking(Command command, Func<ParseResult, PlatformClient, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new PlatformClient(AddressFrom(parsed), Environment.GetEnvironmentVariable("MLOPS_KEY"));
            return await FailingInOrderAsync(client.Address, () => run(parsed, client, cancellationToken), cancellationToken);
        });
        return command;
    }

    public Uri AddressFrom(ParseResult parsed) => parsed.GetValue(_url)
        ?? (Uri.TryCreate(Environment.GetEnvironmentVariable("MLOPS_URL"), UriKind.Absolute, out var url) ? url : new Uri(DefaultUrl));

    public bool WantsJson(ParseResult parsed) => parsed.GetValue(_json);

    public void Print(JsonNode? document) => Json.WriteLine(document?.ToJsonString(Indented));

    /// <summary>Runs what may fail, and turns each failure into a sentence and an exit code.</summary>
    public async Task<int> FailingInOrderAsync(Uri? address, Func<Task<int>> run, CancellationToken cancellationToken)
    {
        var screen = new StepScreen(Screen);
        try
        {
            return await run();
        }
        catch (RequestRefusedException refused)
        {
            screen.Failed(refused.Message);
            foreach (var error in refused.Errors)
            {
                Screen.WriteLine($"    {error}");
            }

            return refused.IsOurs ? ExitCode.Usage : ExitCode.Failed;
        }
        catch (CheckFailedException failure)
        {
            screen.Failed(failure.Message);
            return ExitCode.Failed;
        }
        catch (HttpRequestException failure)
        {
            screen.Failed(address is null
                ? failure.Message
                : $"{address} does not answer ({failure.Message}). Is it running? `make up` starts it.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            screen.Failed("Interrupted.");
            return ExitCode.Interrupted;
        }
    }
}
