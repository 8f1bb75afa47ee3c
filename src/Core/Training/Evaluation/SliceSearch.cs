using Mlops.Data;
using Mlops.Statistics;

namespace Mlops.Training;

/// <summary>A slice beside all other rows.</summary>
/// <param name="PValue">As <see cref="SliceReport.PValue"/> has it.</param>
public sealed record FoundSlice(Slice Slice, double Loss, double LossElsewhere, double PValue);

/// <summary>Finds where a model is worse than elsewhere.</summary>
/// <remarks>
/// After Slice Finder (Chung et al. 2019): the loss of every row is known, and a slice stands out if its mean loss is higher
/// than that of all other rows by more than chance explains, by Welch's t test. Who looks at many slices finds bad ones among good:
/// so the chance is multiplied by the number of slices looked at.
/// </remarks>
public static class SliceSearch
{
    /// <summary>Pairs of columns are looked at only where there are so few columns.</summary>
    private const int MostColumnsPaired = 30;

    /// <param name="columns">What may cut the rows.</param>
    /// <param name="losses">Of each row.</param>
    /// <param name="pairs">Whether to look at pairs of columns too.</param>
    /// <returns>Every slice looked at, the least likely to be chance first.</returns>
    public static IReadOnlyList<FoundSlice> Find(
        IReadOnlyList<Column> columns, double[] losses, bool pairs, CancellationToken cancellationToken)
    {
        var single = columns.Select(Slicing.ByColumn).Where(slices => slices.Count > 0).ToList();
        var slices = single.SelectMany(of => of).ToList();
        if (pairs && single.Count <= MostColumnsPaired)
        {
            slices.AddRange(Pairs(single, losses.Length, cancellationToken));
        }

        return
        [
            .. slices.Select(slice => Compare(slice, losses, slices.Count))
                .OrderBy(found => found.PValue)
                .ThenByDescending(found => found.Loss - found.LossElsewhere),
        ];
    }

    private static IEnumerable<Slice> Pairs(List<IReadOnlyList<Slice>> single, int rows, CancellationToken cancellationToken)
    {
        var codes = single.ConvertAll(slices => CodesOf(slices, rows));
        var least = Slicing.LeastRows(rows);
        for (var first = 0; first < single.Count; first++)
        {
            for (var second = first + 1; second < single.Count; second++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (left, right) = (codes[first], codes[second]);
                var both = new List<int>[single[first].Count * single[second].Count];
                for (var row = 0; row < rows; row++)
                {
                    if (left[row] >= 0 && right[row] >= 0)
                    {
                        (both[(left[row] * single[second].Count) + right[row]] ??= []).Add(row);
                    }
                }

                for (var cell = 0; cell < both.Length; cell++)
                {
                    if (both[cell] is { } of && of.Count >= least)
                    {
                        var (of1, of2) = (single[first][cell / single[second].Count], single[second][cell % single[second].Count]);
                        yield return new Slice([.. of1.Conditions, .. of2.Conditions], [.. of]);
                    }
                }
            }
        }
    }

    private static int[] CodesOf(IReadOnlyList<Slice> slices, int rows)
    {
        var codes = new int[rows];
        Array.Fill(codes, -1);
        for (var slice = 0; slice < slices.Count; slice++)
        {
            foreach (var row in slices[slice].Rows)
            {
                codes[row] = slice;
            }
        }

        return codes;
    }

    private static FoundSlice Compare(Slice slice, double[] losses, int slices)
    {
        var inside = new bool[losses.Length];
        foreach (var row in slice.Rows)
        {
            inside[row] = true;
        }

        var (rows, mean, variance) = Moments(losses, inside, wanted: true);
        var (others, otherMean, otherVariance) = Moments(losses, inside, wanted: false);
        var (error, otherError) = (variance / rows, otherVariance / others);
        var spread = error + otherError;
        if (others < 2 || spread is 0)
        {
            return new FoundSlice(slice, mean, otherMean, mean > otherMean && others >= 2 ? 0 : 1);
        }

        var freedom = spread * spread / ((error * error / (rows - 1)) + (otherError * otherError / (others - 1)));
        var chance = StudentT.UpperTail((mean - otherMean) / Math.Sqrt(spread), freedom);
        return new FoundSlice(slice, mean, otherMean, Math.Min(1, chance * slices));
    }

    private static (double Rows, double Mean, double Variance) Moments(double[] losses, bool[] inside, bool wanted)
    {
        double rows = 0;
        double mean = 0;
        double squares = 0;
        for (var row = 0; row < losses.Length; row++)
        {
            if (inside[row] == wanted)
            {
                rows++;
                var delta = losses[row] - mean;
                mean += delta / rows;
                squares += delta * (losses[row] - mean);
            }
        }

        return (rows, mean, rows > 1 ? squares / (rows - 1) : 0);
    }
}
