using System.Numerics;
using System.Runtime.InteropServices;

namespace Mlops.Serving;

internal static class FiniteNumbers
{
    /// <summary>Whether none of many numbers is infinite or NaN.</summary>
    public static bool AreAll(ReadOnlySpan<float> numbers)
    {
        // Zero times a finite number is zero, times any other NaN, which no sum loses.
        var sums = Vector<float>.Zero;
        foreach (var several in MemoryMarshal.Cast<float, Vector<float>>(numbers))
        {
            sums += several * Vector<float>.Zero;
        }

        var sum = Vector.Sum(sums);
        foreach (var number in numbers[^(numbers.Length % Vector<float>.Count)..])
        {
            sum += number * 0;
        }

        return sum is 0;
    }
}
