using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public class BootstrapTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(0)]
    public void A_row_that_counts_three_times_is_as_good_as_three_rows(int classes)
    {
        var (predictions, target) = Predictions(classes, 60, seed: 5);
        var counts = Enumerable.Range(0, 60).Select(row => row % 4).ToArray();
        var rows = Enumerable.Range(0, 60).SelectMany(row => Enumerable.Repeat(row, counts[row])).ToArray();
        var width = Math.Max(classes, 1);
        var repeated = Measure.Of(
            Signature(classes),
            [.. rows.SelectMany(row => predictions.Skip(row * width).Take(width))],
            [.. rows.Select(row => target[row])]).Metrics();

        var measure = Measure.Of(Signature(classes), predictions, target);
        var values = new double[measure.Names.Count];
        measure.Compute(counts, values, new double[measure.ScratchLength]);

        Assert.NotEmpty(repeated);
        Assert.All(repeated, metric => Assert.Equal(metric.Value, values[measure.Names.ToList().IndexOf(metric.Key)], 1e-10));
    }

    [Fact]
    public void Intervals_do_not_depend_on_threads_but_on_the_seed()
    {
        var (predictions, target) = Predictions(2, 300, seed: 1);
        var measure = Measure.Of(Signature(2), predictions, target);

        var one = Bootstrap.Intervals(measure, 200, 0.95, seed: 7, threads: 1, default);

        Assert.Equal(one, Bootstrap.Intervals(measure, 200, 0.95, seed: 7, threads: 2, default));
        Assert.NotEqual(one["rocAuc"], Bootstrap.Intervals(measure, 200, 0.95, seed: 8, threads: 1, default)["rocAuc"]);
    }

    [Fact]
    public void The_interval_of_a_share_is_as_wide_as_the_normal_approximation_has_it()
    {
        // Accuracy is a mean of independent rows: 1.96 standard errors each way, up to what 4,000 resamples tell.
        var (predictions, target) = Predictions(2, 2_000, seed: 3);
        var measure = Measure.Of(Signature(2), predictions, target);
        var accuracy = measure.Metrics()["accuracy"];
        var half = 1.96 * Math.Sqrt(accuracy * (1 - accuracy) / 2_000);

        var interval = Bootstrap.Intervals(measure, 4_000, 0.95, seed: 1, threads: 2, default)["accuracy"];

        Assert.Equal(accuracy - half, interval.Low, half * 0.15);
        Assert.Equal(accuracy + half, interval.High, half * 0.15);
    }

    [Fact]
    public void A_metric_that_is_undefined_has_no_interval()
    {
        var measure = Measure.Of(Signature(2), [0.2, 0.8, 0.3, 0.7, 0.4, 0.6], [1, 1, 1]);

        var intervals = Bootstrap.Intervals(measure, 100, 0.95, seed: 1, threads: 1, default);

        Assert.DoesNotContain("rocAuc", intervals.Keys);
        Assert.Contains("accuracy", intervals.Keys);
    }

    /// <summary>Predictions by falling score of the last class, the order that a measure of two classes counts in.</summary>
    private static (double[] Predictions, double[] Target) Predictions(int classes, int rows, int seed)
    {
        var random = new DeterministicRandom(seed);
        if (classes is 0)
        {
            var truth = Enumerable.Range(0, rows).Select(row => 1.0 + row).ToArray();
            return (Array.ConvertAll(truth, value => value * (0.8 + (0.4 * random.NextDouble()))), truth);
        }

        var made = Enumerable.Range(0, rows).Select(_ =>
        {
            var label = random.NextInt(classes);
            var raw = Enumerable.Range(0, classes).Select(k => random.NextDouble() + (k == label ? 0.5 : 0)).ToArray();
            return (Label: (double)label, Probabilities: Array.ConvertAll(raw, value => value / raw.Sum()));
        }).OrderByDescending(row => row.Probabilities[^1]).ToList();
        return ([.. made.SelectMany(row => row.Probabilities)], [.. made.Select(row => row.Label)]);
    }

    private static ModelSignature Signature(int classes) => new(
        [new ColumnSchema("x", ColumnType.Number, Nullable: false)],
        "y",
        classes switch { 0 => TaskType.Regression, 2 => TaskType.Binary, _ => TaskType.Multiclass },
        [.. Enumerable.Range(0, classes).Select(i => $"{i}")]);
}
