namespace Mlops.Learning;

internal static class Median
{
    /// <summary>The middle value of numbers, or the mean of the two in the middle; their order is changed.</summary>
    /// <param name="values">At least one, none NaN.</param>
    /// <remarks>By selection, in time linear in their number (Hoare, "Algorithm 65: Find", 1961), sorting only where pivots keep failing.</remarks>
    public static double Of(Span<float> values)
    {
        var upper = values.Length / 2;
        Select(values, upper);
        if (values.Length % 2 is 1)
        {
            return values[upper];
        }

        var lower = float.NegativeInfinity;
        foreach (var value in values[..upper])
        {
            lower = Math.Max(lower, value);
        }

        return ((double)lower + values[upper]) / 2;
    }

    /// <summary>Puts at <paramref name="rank"/> what would be there if all were sorted, with nothing greater before it.</summary>
    private static void Select(Span<float> values, int rank)
    {
        // Each round should leave half of what is left; twice as many rounds as that takes are bad luck, or somebody's design.
        for (var rounds = 2 * int.Log2(values.Length + 1); values.Length > 16; rounds--)
        {
            if (rounds is 0)
            {
                break;
            }

            var pivot = MiddleOf(values[0], values[values.Length / 2], values[^1]);
            var (left, right) = (0, values.Length - 1);
            while (left <= right)
            {
                while (values[left] < pivot)
                {
                    left++;
                }

                while (values[right] > pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            if (rank <= right)
            {
                values = values[..(right + 1)];
            }
            else if (rank >= left)
            {
                values = values[left..];
                rank -= left;
            }
            else
            {
                return;
            }
        }

        values.Sort();
    }

    private static float MiddleOf(float a, float b, float c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
