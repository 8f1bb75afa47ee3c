namespace Mlops.Learning;

/// <summary>Rows and columns drawn at random.</summary>
internal static class Sampling
{
    /// <summary>A share of the rows, at least one, ascending and without repetition.</summary>
    /// <remarks>Selection sampling: Knuth, "The art of computer programming" 2, section 3.4.2, algorithm S.</remarks>
    public static int[] Rows(int rows, double share, DeterministicRandom random)
    {
        var wanted = Math.Max(1, (int)(share * rows));
        var drawn = new int[wanted];
        for (var (row, count) = (0, 0); count < wanted; row++)
        {
            drawn[count] = row;
            count += (rows - row) * random.NextDouble() < wanted - count ? 1 : 0;
        }

        return drawn;
    }

    /// <summary>A share of the usable columns of which <paramref name="among"/> says yes (null: of all), at least one.</summary>
    public static bool[] Columns(BinnedMatrix matrix, bool[]? among, double share, DeterministicRandom random)
    {
        int[] candidates = [.. matrix.Usable.Where(column => among?[column] is not false)];
        random.Shuffle(candidates);
        var drawn = new bool[matrix.Columns.Length];
        foreach (var column in candidates.AsSpan(0, Math.Max(1, (int)Math.Round(share * candidates.Length))))
        {
            drawn[column] = true;
        }

        return drawn;
    }
}
