using Mlops.Cli.Demo;
using Mlops.Cli.SmokeTest;
using Spectre.Console;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

switch (args)
{
    case ["demo", "--host", var host, "--data", var data]:
        return await DemoCommand.RunAsync(host, data, interrupted.Token);
    case ["smoke-test", "--url", var url, "--data", var data] when Uri.TryCreate(url, UriKind.Absolute, out var address):
        return await SmokeTestCommand.RunAsync(address, data, interrupted.Token);
    default:
        AnsiConsole.WriteLine("usage: mlops demo --host LOCALHOST.DLL --data FOLDER");
        AnsiConsole.WriteLine("         runs the whole platform once, on real data, on a host of its own");
        AnsiConsole.WriteLine("       mlops smoke-test --url URL --data FOLDER");
        AnsiConsole.WriteLine("         checks that a running host can train and predict");
        return 2;
}
