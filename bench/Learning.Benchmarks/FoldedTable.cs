using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A table that compare.py has left in a folder, with its folds: learned from and predicted fold by fold.</summary>
internal sealed class FoldedTable
{
    private readonly string _folder;
    private readonly double[] _target;
    private readonly int[] _folds;
    private readonly double[][] _columns;
    private readonly int _classes;

    /// <param name="folder">With table.json, features.f32 (column by column), target.f64 and folds.i32 (−1: never held out).</param>
    public FoldedTable(string folder)
    {
        _folder = folder;
        using var description = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "table.json")));
        _classes = description.RootElement.GetProperty("classes").GetInt32();
        _target = Read<double>("target.f64");
        _folds = Read<int>("folds.i32");
        _columns =
            [.. Read<float>("features.f32").Chunk(_target.Length).Select(column => Array.ConvertAll(column, value => (double)value))];
    }

    /// <summary>Trains on all folds but one in turn, writes the predictions for it, and prints what the training took, as JSON.</summary>
    /// <param name="learner">Its defaults are used, with all rounds.</param>
    public void Run(ILearner learner, int threads, int seed, bool warmUp)
    {
        var (wall, cpu) = (0.0, 0.0);
        for (var fold = 0; fold <= _folds.Max(); fold++)
        {
            var train = Rows(row => _folds[row] != fold);
            var test = Rows(row => _folds[row] == fold);
            var options = new TrainingOptions(Defaults.Of(learner), seed, threads);
            if (warmUp && fold is 0)
            {
                learner.Train(train, options, CancellationToken.None);
            }

            var before = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var model = learner.Train(train, options, CancellationToken.None);
            wall += watch.Elapsed.TotalSeconds;
            cpu += (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            File.WriteAllBytes(
                Path.Combine(_folder, $"predicted-{fold}.f64"), MemoryMarshal.AsBytes<double>(model.Predict(test.Features)).ToArray());
        }

        Console.WriteLine(JsonSerializer.Serialize(new { wall, cpu, peakBytes = PeakBytes() }));
    }

    private static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private TrainingData Rows(Func<int, bool> wanted)
    {
        int[] rows = [.. Enumerable.Range(0, _target.Length).Where(wanted)];
        var frame = new DataFrame([.. _columns.Select((values, index) => new NumericColumn(
            new ColumnSchema($"x{index}", ColumnType.Number, false), Array.ConvertAll(rows, row => values[row])))]);
        var task = _classes is 0 ? TaskType.Regression : _classes is 2 ? TaskType.Binary : TaskType.Multiclass;
        string[] classes = [.. Enumerable.Range(0, _classes).Select(k => k.ToString(CultureInfo.InvariantCulture))];
        return new TrainingData(
            frame, Array.ConvertAll(rows, row => _target[row]), new ModelSignature(frame.Schema.Columns, "y", task, classes));
    }

    private T[] Read<T>(string name)
        where T : struct =>
        MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(Path.Combine(_folder, name))).ToArray();
}
