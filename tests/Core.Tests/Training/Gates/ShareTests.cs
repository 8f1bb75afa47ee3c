namespace Mlops.Training;

public class ShareTests
{
    [Fact]
    public void McNemars_test_is_the_binomial_and_the_corrected_one_chi_squared() => Assert.All(GateGoldens.Read.McNemar, golden =>
    {
        var test = new McNemar(golden.Candidate, golden.Champion);

        Assert.Equal(1, test.ExactP() / golden.Exact, 1e-10);
        Assert.Equal(1, test.ContinuityCorrectedP() / golden.Corrected, 1e-10);
    });

    [Fact]
    public void Classifiers_that_never_differ_are_no_different() =>
        Assert.Equal((1, 1), (new McNemar(0, 0).ExactP(), new McNemar(0, 0).ContinuityCorrectedP()));

    [Fact]
    public void Only_rows_that_one_has_right_and_the_other_not_are_counted() =>
        Assert.Equal(new McNemar(1, 2), McNemar.Of([true, false, true, false, false], [true, true, false, true, false]));

    [Fact]
    public void Wilsons_interval_is_scipys() => Assert.All(GateGoldens.Read.Wilson, golden =>
    {
        var interval = new Share(golden.Hits, golden.Rows).Wilson(golden.Confidence);

        Assert.Equal((golden.Low, golden.High), (interval.Low, interval.High), new Near());
    });

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) =>
            Math.Abs(x.Item1 - y.Item1) < 1e-12 && Math.Abs(x.Item2 - y.Item2) < 1e-12;

        public int GetHashCode((double, double) pair) => 0;
    }
}
