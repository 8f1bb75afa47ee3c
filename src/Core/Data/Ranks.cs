using System.Numerics;

namespace Mlops.Data;

/// <summary>Puts the numbers of some ranks where they would be if all were sorted, in linear time for few ranks.</summary>
/// <remarks>
/// C. A. R. Hoare's "Algorithm 65: Find" (1961) for several ranks at once, with J. W. Tukey's ninther as pivot. Equal numbers are
/// set apart, and a range that does not get shorter fast enough is sorted, so that no order of the numbers makes it slow.
/// </remarks>
internal static class Ranks
{
    private const int Few = 64;

    /// <param name="numbers">None is NaN; reordered.</param>
    /// <param name="ranks">Ascending, from 0 and below the count of numbers.</param>
    public static void Settle(Span<double> numbers, ReadOnlySpan<int> ranks) =>
        Settle(numbers, ranks, 0, 2 * BitOperations.Log2((uint)numbers.Length + 1));

    private static void Settle(Span<double> numbers, ReadOnlySpan<int> ranks, int origin, int patience)
    {
        while (!ranks.IsEmpty)
        {
            if (numbers.Length <= Few || patience-- is 0)
            {
                numbers.Sort();
                return;
            }

            var pivot = Ninther(numbers);
            var less = Partition(numbers, pivot, takesEqual: false);
            var equal = Partition(numbers[less..], pivot, takesEqual: true);
            var below = Below(ranks, origin + less);
            Settle(numbers[..less], ranks[..below], origin, patience);
            ranks = ranks[Below(ranks, origin + less + equal)..];
            numbers = numbers[(less + equal)..];
            origin += less + equal;
        }
    }

    /// <summary>How many of the ranks are less than a bound.</summary>
    private static int Below(ReadOnlySpan<int> ranks, int bound)
    {
        var count = 0;
        while (count < ranks.Length && ranks[count] < bound)
        {
            count++;
        }

        return count;
    }

    /// <summary>Brings the numbers that are less than the pivot, or not greater, to the front.</summary>
    /// <returns>How many they are.</returns>
    private static int Partition(Span<double> numbers, double pivot, bool takesEqual)
    {
        var count = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            // Exchanged whether it goes to the front or not: a branch would be guessed wrong every other time.
            var number = numbers[i];
            numbers[i] = numbers[count];
            numbers[count] = number;
            count += (takesEqual ? number <= pivot : number < pivot) ? 1 : 0;
        }

        return count;
    }

    private static double Ninther(ReadOnlySpan<double> numbers)
    {
        var step = (numbers.Length - 1) / 8;
        return Median(
            Median(numbers[0], numbers[step], numbers[2 * step]),
            Median(numbers[3 * step], numbers[4 * step], numbers[5 * step]),
            Median(numbers[6 * step], numbers[7 * step], numbers[8 * step]));
    }

    private static double Median(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
