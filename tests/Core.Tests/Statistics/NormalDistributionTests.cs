namespace Mlops.Statistics;

public class NormalDistributionTests
{
    // scipy.stats.norm.logcdf, scipy 1.10.1.
    [Theory]
    [InlineData(0, -0.6931471805599453)]
    [InlineData(-1, -1.8410216450092636)]
    [InlineData(2.5, -0.006229025485860002)]
    [InlineData(-10, -53.23128515051247)]
    [InlineData(-38, -726.5572160188201)]
    [InlineData(-100, -5005.524208694205)]
    public void Logarithms_of_probabilities_hold_far_out_in_the_lower_tail(double x, double expected) =>
        Assert.Equal(1, NormalDistribution.LogCdf(x) / expected, 1e-12);

    // From norm.logcdf of both ends in the left tail, scipy 1.10.1.
    [Theory]
    [InlineData(-1, 1, -0.38171514630212594)]
    [InlineData(-2, 0.5, -0.402401312338575)]
    [InlineData(30, 31, -454.3212439563433)]
    [InlineData(-31, -30, -454.3212439563433)]
    public void Mass_in_a_tail_is_not_cancelled_out(double low, double high, double expected) =>
        Assert.Equal(1, NormalDistribution.LogMass(low, high) / expected, 1e-10);
}
