using Mlops.Cli.Demo;
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
    default:
        AnsiConsole.WriteLine("usage: mlops demo --host LOCALHOST.DLL --data FOLDER");
        AnsiConsole.WriteLine("  runs the whole platform once, on real data, on a host of its own");
        return 2;
}
