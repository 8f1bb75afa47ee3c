using FsCheck;
using FsCheck.Fluent;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class DecisionThresholdsTests
{
    public static TheoryData<string> Metrics { get; } = [.. CalibrationSpec.ThresholdMetrics];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void No_other_threshold_does_better(string metric)
    {
        var rows = Gen.Zip(Gen.Choose(0, 12), Gen.Choose(0, 1)).ListOf()
            .Select(list => new[] { (3, 0), (8, 1) }.Concat(list.Select(pair => (pair.Item1, pair.Item2))).ToArray())
            .ToArbitrary();
        Check.QuickThrowOnFailure(Prop.ForAll(rows, pairs =>
        {
            var probabilities = Array.ConvertAll(pairs, pair => pair.Item1 / 12f);
            var positives = Array.ConvertAll(pairs, pair => pair.Item2 is 1);

            var best = DecisionThresholds.Best(probabilities, positives, metric);

            return best is > 0 and < 1 && Enumerable.Range(1, 99).All(percent =>
                Score(metric, probabilities, positives, percent / 100f) <= Score(metric, probabilities, positives, (float)best) + 1e-12);
        }));
    }

    [Fact]
    public void It_lies_midway_and_of_equals_closest_to_a_half()
    {
        Assert.Equal(0.25, DecisionThresholds.Best([0.125f, 0.375f, 0.75f], [false, true, true], "f1"));
        Assert.Equal(0.6875, DecisionThresholds.Best([0.125f, 0.375f, 0.5f, 0.875f], [false, true, false, true], "accuracy"));
    }

    [Fact]
    public void Where_all_are_equally_likely_it_is_below_or_above_all() =>
        Assert.Equal(0.35, DecisionThresholds.Best([0.7f, 0.7f, 0.7f], [true, true, false], "f1"), 1e-6);

    private static double Score(string metric, float[] probabilities, bool[] positives, float threshold)
    {
        var predicted = Array.ConvertAll(probabilities, probability => probability >= threshold);
        double Count(bool guess, bool truth) => predicted.Zip(positives).Count(pair => pair == (guess, truth));
        var (tp, fp, tn, fn) = (Count(true, true), Count(true, false), Count(false, false), Count(false, true));
        return metric switch
        {
            "f1" => tp is 0 ? 0 : 2 / ((tp + fp) / tp + (tp + fn) / tp),
            "accuracy" => (tp + tn) / predicted.Length,
            "balancedAccuracy" => 0.5 * tp / (tp + fn) + 0.5 * tn / (tn + fp),
            _ => (tp + fp) * (tn + fn) is 0
                ? 0
                : (tp * tn - fp * fn) / Math.Sqrt(tp + fp) / Math.Sqrt(tp + fn) / Math.Sqrt(tn + fp) / Math.Sqrt(tn + fn),
        };
    }
}
