using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mlops.Onnx;

if (args is ["interleaved"])
{
    InterleavedComparison.Print();
    return;
}

// In this process: a project that BenchmarkDotNet generates would not know of the central package versions.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(4).WithIterationCount(12);
BenchmarkSwitcher.FromAssembly(typeof(ScorerBenchmarks).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
