using BenchmarkDotNet.Running;
using Mlops.LocalHost.Durable;

// `--durable [folder]` measures the durable engine in seconds and prints a table in Markdown; otherwise BenchmarkDotNet takes over.
if (args is ["--durable", .. var rest])
{
    await DurableLoads.ReportAsync(rest is [var folder] ? folder : Path.GetTempPath(), Console.Out, CancellationToken.None);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(DurableBenchmarks).Assembly).Run(args);
