using System.Text.Json;

namespace Mlops.Statistics;

public class DistributionTests
{
    private sealed record Point(double X, double Value, double A, double B, double Freedom, double Chance);

    private sealed record Goldens(
        Point[] LogGamma, Point[] LogBeta, Point[] Beta, Point[] UpperGamma, Point[] ChiSquared, Point[] NormalQuantile);

    /// <summary>From SciPy; golden/make_distributions.py says how.</summary>
    private static readonly Goldens FromSciPy = JsonSerializer.Deserialize<Goldens>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Statistics/golden/distributions.json")), JsonSerializerOptions.Web)!;

    [Fact]
    public void Log_gamma_is_that_of_scipy() => Assert.All(
        FromSciPy.LogGamma, golden => Close(golden.Value, GammaFunctions.Log(golden.X), 1e-13));

    [Fact]
    public void Log_beta_is_that_of_scipy() => Assert.All(
        FromSciPy.LogBeta, golden => Close(golden.Value, BetaFunctions.Log(golden.A, golden.B), 1e-10));

    [Fact]
    public void Incomplete_beta_is_that_of_scipy_even_for_narrow_distributions() => Assert.All(
        FromSciPy.Beta, golden => Close(golden.Value, BetaFunctions.Regularized(golden.A, golden.B, golden.X), 1e-8));

    [Fact]
    public void Incomplete_gamma_is_that_of_scipy_on_both_sides_of_the_mean() => Assert.All(
        FromSciPy.UpperGamma, golden => Close(golden.Value, GammaFunctions.UpperRegularized(golden.A, golden.X), 1e-10));

    [Fact]
    public void Tails_of_chi_squared_are_those_of_scipy() => Assert.All(
        FromSciPy.ChiSquared, golden => Close(golden.Value, ChiSquared.UpperTail(golden.X, golden.Freedom), 1e-10));

    [Fact]
    public void Quantiles_of_the_normal_are_those_of_scipy() => Assert.All(
        FromSciPy.NormalQuantile, golden => Close(golden.Value, NormalDistribution.UpperQuantile(golden.Chance), 1e-12));

    /// <summary>Relative to the value, unless that is 0.</summary>
    private static void Close(double expected, double actual, double tolerance) =>
        Assert.Equal(0, (actual - expected) / (Math.Abs(expected) < 1e-30 ? 1 : Math.Abs(expected)), tolerance);
}
