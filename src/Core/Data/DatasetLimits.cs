namespace Mlops.Data;

/// <summary>What an upload may have.</summary>
/// <param name="MaxBytes">The longest file, in bytes; 1 GiB unless said otherwise.</param>
/// <param name="Csv">The bounds of its rows and columns.</param>
/// <param name="AbandonedAfter">An upload that has not ended after this long never will: what it left is removed.</param>
public sealed record DatasetLimits(long MaxBytes, CsvLimits Csv, TimeSpan AbandonedAfter)
{
    public static readonly DatasetLimits Default = new(1L << 30, CsvLimits.Default, TimeSpan.FromDays(1));
}
