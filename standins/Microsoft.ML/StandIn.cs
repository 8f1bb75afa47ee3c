namespace Microsoft.ML;

/// <summary>The answer of everything here that would need the original.</summary>
internal static class StandIn
{
    public static PlatformNotSupportedException Missing() => new("ML.NET is not in the package feed that this was built from.");
}
