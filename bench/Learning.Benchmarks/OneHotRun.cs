using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What trees take on a category that the spec asks to be one-hot, whatever its levels, beside five numbers.</summary>
internal static class OneHotRun
{
    public static void Run(int rows, int levels, int threads)
    {
        var data = Table(rows, levels);
        var preprocessing = new Dictionary<string, ColumnPreprocessing>
        {
            ["place"] = new(Encode: CategoryEncoding.OneHot, MaxCategories: levels),
        };
        ILearner[] learners = [new GradientBoosting(), new RandomForest()];
        foreach (var learner in learners)
        {
            var settings = Defaults.Of(learner);
            if (learner is RandomForest)
            {
                (settings["trees"], settings["maxDepth"]) = (10, 12);
            }

            var options = new TrainingOptions(settings, 0, threads) { Preprocessing = preprocessing };
            var before = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var model = learner.Train(data, options, CancellationToken.None);
            var wall = watch.Elapsed.TotalSeconds;
            var cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            watch.Restart();
            var predictions = model.Predict(data.Features);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                learner = learner.Name,
                rows,
                levels,
                threads,
                wall,
                cpu,
                predict = watch.Elapsed.TotalSeconds,
                rmse = Measure.Of(data.Signature, predictions, data.Target).Metrics()["rmse"],
                peakMegabytes = Process.GetCurrentProcess().PeakWorkingSet64 >> 20,
                model = Convert.ToHexString(SHA256.HashData(model.ToOnnx()))[..16],
            }));
        }
    }

    /// <summary>Every level has an effect of its own; frequent ones are many times as frequent as rare ones.</summary>
    private static TrainingData Table(int rows, int levels)
    {
        var random = new DeterministicRandom(7);
        var effects = Enumerable.Range(0, levels).Select(_ => random.NextGaussian()).ToArray();
        var codes = Enumerable.Range(0, rows).Select(_ => (int)(levels * random.NextDouble() * random.NextDouble())).ToArray();
        var numbers = Enumerable.Range(0, 5)
            .Select(_ => Enumerable.Range(0, rows).Select(_ => (double)(float)random.NextGaussian()).ToArray()).ToArray();
        var target = Enumerable.Range(0, rows)
            .Select(row => effects[codes[row]] + numbers[0][row] + (numbers[1][row] * numbers[2][row]) + random.NextGaussian()).ToArray();
        var frame = new DataFrame(
        [
            .. numbers.Select((values, index) => new NumericColumn(new ColumnSchema($"x{index}", ColumnType.Number, false), values)),
            new StringColumn(
                new ColumnSchema("place", ColumnType.Category, false), codes, [.. Enumerable.Range(0, levels).Select(level => $"p{level}")]),
        ]);
        return new TrainingData(frame, target, new ModelSignature(frame.Schema.Columns, "y", TaskType.Regression, []));
    }
}
