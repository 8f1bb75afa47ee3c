using System.Text.Json;

namespace Mlops.Training;

/// <summary>From SciPy and scikit-learn; golden/make_gates.py says how.</summary>
internal sealed record GateGoldens(
    IReadOnlyList<GateGoldens.McNemarCase> McNemar,
    IReadOnlyList<GateGoldens.WilsonCase> Wilson,
    IReadOnlyList<GateGoldens.ResampledCase> Resampled,
    GateGoldens.PairedCase Paired,
    GateGoldens.FairnessCase Fairness)
{
    public static GateGoldens Read { get; } = JsonSerializer.Deserialize<GateGoldens>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Training/golden/gates.json")), JsonSerializerOptions.Web)!;

    internal sealed record McNemarCase(int Candidate, int Champion, double Exact, double Corrected);

    internal sealed record WilsonCase(int Hits, int Rows, double Confidence, double Low, double High);

    internal sealed record ResampledCase(
        int Classes, double[] Target, int[] Drawn, double[] Predictions, Dictionary<string, double> Expected);

    internal sealed record PairedCase(double[] Target, double[] Candidate, double[] Champion, double Gain, double Low, double High);

    internal sealed record FairnessCase(
        string[] Group,
        double[] Target,
        double[] Score,
        double ParityDifference,
        double ParityRatio,
        double OddsDifference,
        double OddsRatio);
}
