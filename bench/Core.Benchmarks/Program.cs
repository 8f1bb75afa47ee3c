using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mlops.Serving;

if (args is ["--predict-cpu"])
{
    PredictionCpuTime.Run();
    return;
}

if (args is ["--log", ..])
{
    await PredictionLogRun.RunAsync(args.Length > 1 ? args[1] : Path.GetTempPath());
    return;
}

if (args is ["--numbers-cpu"])
{
    NumbersCpuTime.Run();
    return;
}

if (args is ["--metrics-cpu"])
{
    MetricsCpuTime.Run();
    return;
}

// In process, because a generated project would restore packages that some feeds lack.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
