using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlops.Learning;

/// <summary>Elementary functions of many numbers at once, the same to the last bit on every processor.</summary>
internal static class VectorMath
{
    private const double Log2E = 1.4426950408889634;

    /// <summary>Adding it to a number of up to 2^51 leaves the nearest whole number in the low bits.</summary>
    private const double Rounder = 6755399441055744.0;

    // ln 2 in two parts, the first short enough that its product with an exponent is exact.
    private const double Ln2High = 0.693145751953125;
    private const double Ln2Low = 1.4286068203094173e-06;

    /// <summary>1/13!, 1/12!, …, 1/2!, 1, 1: the series of the exponential as Horner wants it.</summary>
    private static readonly double[] Series = MakeSeries();

    /// <summary>Replaces each number, which may not be NaN, by its exponential, to within 2e-16 of itself; below −708 it is e^−708.</summary>
    /// <remarks>
    /// x = n ln 2 + r with |r| ≤ ½ ln 2 (Cody and Waite, "Software Manual for the Elementary Functions", 1980), the series of r to
    /// its thirteenth power, and 2^n put together from its bits. Nothing is fused, so that no processor rounds otherwise.
    /// </remarks>
    public static void Exp(Span<double> values)
    {
        var whole = MemoryMarshal.Cast<double, Vector256<double>>(values);
        foreach (ref var vector in whole)
        {
            vector = Exp(vector);
        }

        var rest = values[(whole.Length * Vector256<double>.Count)..];
        if (rest.Length > 0)
        {
            Span<double> padded = stackalloc double[Vector256<double>.Count];
            padded.Clear();
            rest.CopyTo(padded);
            Exp(Vector256.Create((ReadOnlySpan<double>)padded)).CopyTo(padded);
            padded[..rest.Length].CopyTo(rest);
        }
    }

    private static Vector256<double> Exp(Vector256<double> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-708.0)), Vector256.Create(709.0));
        var shifted = (x * Log2E) + Vector256.Create(Rounder);
        var n = shifted - Vector256.Create(Rounder);
        var r = x - (n * Ln2High) - (n * Ln2Low);
        var sum = Vector256.Create(Series[0]);
        for (var i = 1; i < Series.Length; i++)
        {
            sum = (sum * r) + Vector256.Create(Series[i]);
        }

        var power = Vector256.ShiftLeft(shifted.AsInt64() + Vector256.Create(1023L), 52).AsDouble();
        return sum * power;
    }

    private static double[] MakeSeries()
    {
        var series = new double[14];
        series[^1] = 1;
        for (var power = 1; power < series.Length; power++)
        {
            series[^(power + 1)] = series[^power] / power;
        }

        return series;
    }
}
