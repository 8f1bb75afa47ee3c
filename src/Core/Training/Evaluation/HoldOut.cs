using Mlops.Data;

namespace Mlops.Training;

/// <summary>
/// Which rows teach and which rows test. Both lists are ascending, together they are all usable rows, and no row is in both.
/// </summary>
public sealed record HoldOut(int[] Train, int[] Test)
{
    /// <summary>Draws the test rows as a spec has it.</summary>
    /// <param name="target">The class index or value of each row; a row whose target is NaN is in neither part.</param>
    /// <param name="column">The column that the spec names; null if it names none.</param>
    /// <remarks>
    /// Of groups whole ones are held out, drawn at random until their rows come closest to the share. In order of time the last rows
    /// are; those of one instant stay together, and rows without a time are in neither part.
    /// </remarks>
    /// <exception cref="TrainingRefusedException">There are not two groups or two times.</exception>
    public static HoldOut Draw(SplitSpec spec, double[] target, bool isClassification, Column? column) => spec.Kind switch
    {
        FoldKind.Grouped => ByGroup(spec, target, column ?? throw new ArgumentNullException(nameof(column))),
        FoldKind.TimeOrdered => ByTime(spec, target, column ?? throw new ArgumentNullException(nameof(column))),
        FoldKind.Random => Draw(target, spec.Test, spec.Seed, stratify: false),
        FoldKind.Stratified => Draw(target, spec.Test, spec.Seed, isClassification),
        _ => Draw(target, spec.Test, spec.Seed, isClassification && spec.Stratify),
    };

    /// <summary>Draws the test rows at random, from each class in proportion if asked.</summary>
    /// <param name="target">The class index or value of each row; a row whose target is NaN is in neither part.</param>
    /// <param name="stratify">Whether the target is a class index whose shares are to be kept to within one row a class.</param>
    /// <remarks>
    /// Every class with at least two rows has at least one in each part. The same target, share and seed give the same rows.
    /// </remarks>
    public static HoldOut Draw(double[] target, double testShare, int seed, bool stratify)
    {
        var random = new DeterministicRandom(seed);
        var test = new List<int>();
        var train = new List<int>();
        var groups = Enumerable.Range(0, target.Length)
            .Where(row => !double.IsNaN(target[row]))
            .GroupBy(row => stratify ? target[row] : 0)
            .OrderBy(group => group.Key);
        foreach (var group in groups)
        {
            var rows = group.ToArray();
            random.Shuffle(rows);
            var held = (int)Math.Round(rows.Length * testShare, MidpointRounding.AwayFromZero);
            held = rows.Length < 2 ? 0 : Math.Clamp(held, 1, rows.Length - 1);
            test.AddRange(rows.AsSpan(0, held));
            train.AddRange(rows.AsSpan(held));
        }

        return Of(train, test);
    }

    private static HoldOut ByGroup(SplitSpec spec, double[] target, Column column)
    {
        var groupOf = RowGroups.Groups(column);
        int[][] groups = [.. Usable(target).GroupBy(row => groupOf[row]).OrderBy(group => group.Key).Select(group => group.ToArray())];
        if (groups.Length < 2)
        {
            throw new TrainingRefusedException($"split.column: '{column.Name}' has {groups.Length} groups; a split needs at least 2.");
        }

        int[] order = [.. Enumerable.Range(0, groups.Length)];
        new DeterministicRandom(spec.Seed).Shuffle(order);
        return Cut([.. order.Select(group => groups[group])], spec.Test);
    }

    private static HoldOut ByTime(SplitSpec spec, double[] target, Column column)
    {
        int[][] instants =
        [
            .. RowGroups.Times(column, target.Length)
                .Select(instant => Array.FindAll(instant, row => !double.IsNaN(target[row])))
                .Where(instant => instant.Length > 0)
                .Reverse(),
        ];
        return instants.Length < 2
            ? throw new TrainingRefusedException($"split.column: '{column.Name}' has {instants.Length} different times; a split needs 2.")
            : Cut(instants, spec.Test);
    }

    /// <summary>Holds out the first of the parts, as many as bring their rows closest to the share; at least one, and not all.</summary>
    private static HoldOut Cut(int[][] parts, double testShare)
    {
        var goal = parts.Sum(part => part.Length) * testShare;
        var held = parts[0].Length;
        var count = 1;
        while (count < parts.Length - 1 && Math.Abs(held + parts[count].Length - goal) < Math.Abs(held - goal))
        {
            held += parts[count++].Length;
        }

        return Of([.. parts.Skip(count).SelectMany(part => part)], [.. parts.Take(count).SelectMany(part => part)]);
    }

    private static IEnumerable<int> Usable(double[] target) =>
        Enumerable.Range(0, target.Length).Where(row => !double.IsNaN(target[row]));

    private static HoldOut Of(List<int> train, List<int> test)
    {
        train.Sort();
        test.Sort();
        return new HoldOut([.. train], [.. test]);
    }
}
