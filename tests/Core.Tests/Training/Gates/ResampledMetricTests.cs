namespace Mlops.Training;

public class ResampledMetricTests
{
    public static TheoryData<int, string> Cases()
    {
        var cases = new TheoryData<int, string>();
        foreach (var golden in GateGoldens.Read.Resampled)
        {
            foreach (var metric in golden.Expected.Keys)
            {
                cases.Add(golden.Classes, metric);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_metric_of_rows_drawn_more_than_once_is_scikit_learns(int classes, string metric)
    {
        var golden = GateGoldens.Read.Resampled.Single(known => known.Classes == classes);

        var prepared = new ResampledMetric(metric, GateCase.Signature(classes), golden.Predictions, golden.Target);

        Assert.Equal(golden.Expected[metric], prepared.Of(golden.Drawn), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Drawn_once_each_the_rows_give_the_metric_itself(int classes, string metric)
    {
        var golden = GateGoldens.Read.Resampled.Single(known => known.Classes == classes);
        var signature = GateCase.Signature(classes);

        var prepared = new ResampledMetric(metric, signature, golden.Predictions, golden.Target);

        Assert.Equal(
            Measure.Of(signature, golden.Predictions, golden.Target).Metrics()[metric],
            prepared.Of([.. golden.Target.Select(_ => 1)]),
            1e-12);
    }

    [Fact]
    public void An_area_under_the_curve_of_one_class_is_undefined()
    {
        var prepared = new ResampledMetric("rocAuc", GateCase.Signature(2), [0.3, 0.7, 0.6, 0.4], [1, 0]);

        Assert.Equal((1, double.NaN), (prepared.Of([1, 2]), prepared.Of([0, 2])));
    }
}
