using System.Diagnostics;

namespace Mlops.Onnx;

/// <summary>Memory is the whole process's, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    [Fact]
    public void Ten_thousand_runs_and_five_hundred_loads_leave_no_memory_behind()
    {
        var loader = new OnnxModelLoader(OnnxLimits.Default);
        var model = Foreign.Bytes("zipmap_strings.onnx");
        var signature = Foreign.Signature(Registry.TaskType.Multiclass, 13, "a2", "b1", "c0");
        Work(runs: 500, loads: 50);
        var before = ResidentBytes();

        Work(runs: 10_000, loads: 500);

        Assert.InRange(ResidentBytes() - before, long.MinValue, 24 * 1024 * 1024);

        void Work(int runs, int loads)
        {
            using (var maps = loader.Load(model, signature))
            using (var mixed = loader.Load(OwnModel.Mixed(), OwnModel.MixedSignature))
            {
                for (var run = 0; run < runs; run++)
                {
                    OwnModel.Score(maps, 1 + (run % 3), new float[13 * (1 + (run % 3))]);
                    OwnModel.Score(mixed, 1, [run, 0], "red", "round");
                }
            }

            for (var load = 0; load < loads; load++)
            {
                loader.Load(model, signature).Dispose();
            }
        }

        static long ResidentBytes()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }
}
