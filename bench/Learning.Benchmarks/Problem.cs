using System.Runtime.InteropServices;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A made-up table of standard normal features of which a few decide, with rows to learn from and as many to test on.</summary>
internal sealed class Problem
{
    private readonly float[][] _columns;
    private readonly double[] _target;

    private Problem(TaskType task, int rows, int features)
    {
        Task = task;
        Rows = rows;
        var random = new DeterministicRandom(42);
        _columns = [.. Enumerable.Range(0, features).Select(_ => Draw(random, 2 * rows))];
        _target = [.. Enumerable.Range(0, 2 * rows).Select(row =>
        {
            var x = _columns;
            var straight = x[0][row] + (0.5 * x[5][row]) + 0.8;
            var curved = (2 * x[1][row] * x[2][row]) - Math.Abs(x[3][row]) + (1.5 * Math.Sin(3 * x[4][row]));
            var noisy = straight + curved + random.NextGaussian();
            return task is TaskType.Binary ? noisy > 0 ? 1.0 : 0 : noisy;
        })];
    }

    public TaskType Task { get; }

    public int Rows { get; }

    public static Problem Make(TaskType task, int rows, int features) => new(task, rows, features);

    public TrainingData Train => Part(0);

    public TrainingData Test => Part(Rows);

    /// <summary>Leaves the table for another program: features column by column as 32-bit floats, the target as 64-bit.</summary>
    public void Write(string folder)
    {
        using var features = File.Create(Path.Combine(folder, $"{Task}-features.f32"));
        foreach (var column in _columns)
        {
            features.Write(MemoryMarshal.AsBytes<float>(column));
        }

        File.WriteAllBytes(Path.Combine(folder, $"{Task}-target.f64"), MemoryMarshal.AsBytes<double>(_target).ToArray());
    }

    private TrainingData Part(int start)
    {
        var columns = _columns.Select((values, index) => new NumericColumn(
            new ColumnSchema($"x{index}", ColumnType.Number, false),
            Array.ConvertAll(values[start..(start + Rows)], value => (double)value)));
        var frame = new DataFrame([.. columns]);
        string[] classes = Task is TaskType.Binary ? ["no", "yes"] : [];
        return new TrainingData(frame, _target[start..(start + Rows)], new ModelSignature(frame.Schema.Columns, "y", Task, classes));
    }

    private static float[] Draw(DeterministicRandom random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)random.NextGaussian();
        }

        return values;
    }
}
