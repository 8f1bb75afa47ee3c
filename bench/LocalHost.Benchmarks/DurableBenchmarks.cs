using BenchmarkDotNet.Attributes;

namespace Mlops.LocalHost.Durable;

/// <summary>Whole orchestrations with no-op activities, history on disk.</summary>
[MemoryDiagnoser]
public class DurableBenchmarks
{
    private BenchmarkedEngine? _engine;

    [Params(10, 1_000)]
    public int Activities { get; set; }

    [GlobalSetup]
    public async Task StartAsync() => _engine = await BenchmarkedEngine.StartAsync(Path.GetTempPath());

    [GlobalCleanup]
    public async Task StopAsync() => await Engine.DisposeAsync();

    [Benchmark]
    public Task Chain() => Engine.RunAsync("Chain", Activities, CancellationToken.None);

    [Benchmark]
    public Task FanOut() => Engine.RunAsync("FanOut", Activities, CancellationToken.None);

    private BenchmarkedEngine Engine => _engine ?? throw new InvalidOperationException("The engine is not started.");
}
