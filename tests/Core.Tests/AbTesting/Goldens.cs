using System.Text.Json;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>From xxhash, SciPy, statsmodels and brute force; golden/make_ab_testing.py says how.</summary>
internal sealed record Goldens(
    ArmWeight[] Arms,
    Goldens.Assigned[] Assignment,
    Goldens.Mixture[] Evidence,
    Goldens.Width[] Widths,
    Goldens.Sprt Msprt,
    Goldens.Sample TwoArms,
    Goldens.Ratio[] SampleRatio,
    Goldens.Plan[] Plans,
    double[] PValues,
    double[] Holm,
    double[] LogE,
    double[] Closed,
    Goldens.SuccessBelief[] Bests,
    Goldens.RealBelief Reals,
    Goldens.Logged OffPolicy)
{
    public static Goldens Read { get; } = JsonSerializer.Deserialize<Goldens>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "AbTesting/golden/ab_testing.json")), JsonSerializerOptions.Web)!;

    internal sealed record Assigned(string Salt, string Unit, string Hash, string Arm);

    internal sealed record Mixture(double Z, double Ratio, double Log, double LogAbove);

    internal sealed record Width(long Units, double StandardError, double Alpha, long Planned, double HalfWidth);

    internal sealed record Sprt(long N, double Difference, double PairVariance, double PriorVariance, double Log);

    internal sealed record Sample(
        double[][] X,
        double[][] Y,
        double Difference,
        double StandardError,
        double Theta,
        double CupedDifference,
        double CupedStandardError,
        double RatioDifference,
        double RatioStandardError);

    internal sealed record Ratio(long[] Counts, double[] Shares, double P, double Log2, double Log100);

    internal sealed record Plan(double Sd, double Effect, double Alpha, double Power, long Units);

    internal sealed record SuccessBelief(long[] Successes, long[] Failures, double[] Best);

    internal sealed record RealBelief(double[] Weights, double[] Means, double[] Squares, double[] Best);

    internal sealed record LogRow(double Propensity, double Target, double Reward, double OfArm, double OfPolicy);

    internal sealed record Estimate(double Value, double StandardError);

    internal sealed record Logged(
        LogRow[] Logs,
        Estimate Ips,
        Estimate DoublyRobust,
        Estimate SelfNormalized,
        double Effective,
        Estimate ClippedIps,
        long Clipped,
        double Z);
}
