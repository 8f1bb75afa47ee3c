namespace Mlops.AbTesting;

/// <summary>How simulated shares are printed.</summary>
internal static class Shares
{
    public static string Text(int hits, int of)
    {
        var share = (double)hits / of;
        return $"{100 * share:F1} % (± {200 * Math.Sqrt(share * (1 - share) / of):F1})";
    }
}
