using Mlops.Registry;
using Mlops.Statistics;

namespace Mlops.Training;

/// <summary>A share of rows, as hits among rows.</summary>
/// <param name="Rows">At least 1.</param>
public readonly record struct Share(int Hits, int Rows)
{
    public double Value => (double)Hits / Rows;

    /// <summary>The score interval of Wilson, "Probable inference, the law of succession, and statistical inference", 1927.</summary>
    public GateInterval Wilson(double confidence)
    {
        var z = NormalDistribution.TwoSidedZ(confidence);
        var (n, p) = ((double)Rows, Value);
        var middle = p + (z * z / (2 * n));
        var spread = z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        var scale = 1 + (z * z / n);
        return new GateInterval(Math.Max(0, (middle - spread) / scale), Math.Min(1, (middle + spread) / scale), confidence);
    }
}
