using System.Runtime.CompilerServices;

namespace Mlops.AbTesting;

/// <summary>What may be observed.</summary>
internal static class Observed
{
    public static void ThrowIfNotFinite(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, "Only finite numbers can be summed.");
        }
    }

    /// <summary>A reward or a label that callers sent, within what can be squared and summed.</summary>
    public static double Bounded(double value) => Math.Clamp(value, -1e100, 1e100);

    /// <summary>Of a level, a power or a probability that neither 0 nor 1 makes sense of.</summary>
    public static void ThrowIfNotBetween0And1(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "Expected a number over 0 and under 1.");
        }
    }
}
