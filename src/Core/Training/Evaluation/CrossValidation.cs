using Mlops.Data;

namespace Mlops.Training;

/// <summary>Cuts rows into folds.</summary>
/// <remarks>
/// Stratified folds differ by at most one row in every class and in all; random ones in all. Groups go from the largest to the fold
/// where they spread the classes best, as scikit-learn's StratifiedGroupKFold has it; rows without a group are one group. Folds in order
/// of time widen: with k folds the rows lie in k + 1 blocks of one length, and fold i learns from the first i blocks to predict the next;
/// rows of one instant are in one block, and rows without a time in none.
/// </remarks>
public static class CrossValidation
{
    /// <param name="target">The class index or value of each row, never NaN.</param>
    /// <param name="groups">The column that the spec names; null if it names none.</param>
    /// <param name="classes">Names of the classes, for messages.</param>
    /// <returns>For each fold of each repeat the rows to learn from and to test on, ascending.</returns>
    /// <exception cref="TrainingRefusedException">A class, the groups or the times are too few for so many folds; the message says
    /// which.</exception>
    public static IReadOnlyList<HoldOut> Folds(
        CrossValidationSpec spec,
        double[] target,
        bool isClassification,
        Column? groups,
        long seed,
        IReadOnlyList<string>? classes = null)
    {
        var kind = spec.Kind ?? (isClassification ? FoldKind.Stratified : FoldKind.Random);
        if (kind is FoldKind.TimeOrdered)
        {
            return [.. Widening(spec, RowGroups.Times(Named(groups, spec), target.Length)).Select(Usable)];
        }

        var random = new DeterministicRandom(seed);
        var folds = new List<HoldOut>(spec.Folds * spec.Repeats);
        for (var repeat = 0; repeat < spec.Repeats; repeat++)
        {
            var foldOf = kind is FoldKind.Grouped
                ? Grouped(spec, target, isClassification, RowGroups.Groups(Named(groups, spec)), random.Fork())
                : Dealt(spec, target, isClassification, kind is FoldKind.Stratified && isClassification, random.Fork(), classes);
            folds.AddRange(Enumerable.Range(0, spec.Folds).Select(fold => Usable(
                new HoldOut(RowsWhere(foldOf, of => of != fold), RowsWhere(foldOf, of => of == fold)), fold)));
        }

        return folds;

        HoldOut Usable(HoldOut fold, int index)
        {
            if (isClassification)
            {
                CheckClasses(fold, (index % spec.Folds) + 1, target, classes);
            }

            return fold;
        }
    }

    private static Column Named(Column? groups, CrossValidationSpec spec) =>
        groups ?? throw new ArgumentNullException(nameof(groups), $"Folds of kind {spec.Kind} need the column '{spec.Column}'.");

    private static int[] RowsWhere(int[] foldOf, Func<int, bool> matches) =>
        [.. Enumerable.Range(0, foldOf.Length).Where(row => matches(foldOf[row]))];

    /// <summary>Deals shuffled rows out one by one, class after class.</summary>
    private static int[] Dealt(
        CrossValidationSpec spec, double[] target, bool isClassification, bool stratify, DeterministicRandom random, IReadOnlyList<string>? classes)
    {
        if (target.Length < spec.Folds)
        {
            throw new TrainingRefusedException($"{target.Length} rows cannot be cut into {spec.Folds} folds.");
        }

        var foldOf = new int[target.Length];
        var next = 0;
        foreach (var group in Enumerable.Range(0, target.Length).GroupBy(row => stratify ? target[row] : 0).OrderBy(group => group.Key))
        {
            int[] rows = [.. group];
            if (isClassification && stratify && rows.Length < spec.Folds)
            {
                throw new TrainingRefusedException(
                    $"Class {Name(group.Key, classes)} has {rows.Length} rows to learn from; {spec.Folds} stratified folds need at least "
                    + $"{spec.Folds} of each class.");
            }

            random.Shuffle(rows);
            foreach (var row in rows)
            {
                foldOf[row] = next++ % spec.Folds;
            }
        }

        return foldOf;
    }

    private static int[] Grouped(
        CrossValidationSpec spec, double[] target, bool isClassification, int[] groupOf, DeterministicRandom random)
    {
        var groups = groupOf.Length is 0 ? 0 : groupOf.Max() + 1;
        if (groups < spec.Folds)
        {
            throw new TrainingRefusedException($"'{spec.Column}' has {groups} groups; {spec.Folds} folds need at least as many.");
        }

        var classes = isClassification ? (int)target.Max() + 1 : 1;
        var counts = new double[groups, classes];
        var sizes = new int[groups];
        var totals = new double[classes];
        for (var row = 0; row < groupOf.Length; row++)
        {
            var k = isClassification ? (int)target[row] : 0;
            counts[groupOf[row], k]++;
            sizes[groupOf[row]]++;
            totals[k]++;
        }

        int[] order = [.. Enumerable.Range(0, groups)];
        random.Shuffle(order);
        var held = new double[spec.Folds, classes];
        var foldOfGroup = new int[groups];
        foreach (var group in order.OrderByDescending(group => sizes[group]))
        {
            var best = Enumerable.Range(0, spec.Folds).MinBy(Crowding);
            foldOfGroup[group] = best;
            for (var k = 0; k < classes; k++)
            {
                held[best, k] += counts[group, k];
            }

            // How much more unequal the folds' shares of the classes become: the growth of their sum of squares.
            double Crowding(int fold) => Enumerable.Range(0, classes).Where(k => totals[k] > 0).Sum(
                k => ((2 * held[fold, k]) + counts[group, k]) * counts[group, k] / (totals[k] * totals[k]));
        }

        return Array.ConvertAll(groupOf, group => foldOfGroup[group]);
    }

    private static IEnumerable<HoldOut> Widening(CrossValidationSpec spec, IReadOnlyList<int[]> instants)
    {
        var blocks = spec.Folds + 1;
        if (instants.Count < blocks)
        {
            throw new TrainingRefusedException(
                $"'{spec.Column}' has {instants.Count} different times; {spec.Folds} folds in order of time need at least {blocks}.");
        }

        var rows = instants.Sum(instant => instant.Length);
        var ends = new int[blocks];
        var taken = 0;
        var instantsTaken = 0;
        for (var block = 0; block < blocks; block++)
        {
            // Every block has an instant, and leaves one for each block after it.
            var goal = (long)rows * (block + 1) / blocks;
            do
            {
                taken += instants[instantsTaken++].Length;
            }
            while (block + 1 == blocks
                ? instantsTaken < instants.Count
                : taken < goal && instants.Count - instantsTaken > blocks - block - 1);

            ends[block] = instantsTaken;
        }

        for (var fold = 0; fold < spec.Folds; fold++)
        {
            yield return new HoldOut(
                [.. instants.Take(ends[fold]).SelectMany(instant => instant).Order()],
                [.. instants.Skip(ends[fold]).Take(ends[fold + 1] - ends[fold]).SelectMany(instant => instant).Order()]);
        }
    }

    /// <summary>A model that never saw a class cannot predict it, and of one class alone no ranking can be measured.</summary>
    private static void CheckClasses(HoldOut fold, int number, double[] target, IReadOnlyList<string>? classes)
    {
        var learned = fold.Train.Select(row => target[row]).ToHashSet();
        var tested = fold.Test.Select(row => target[row]).ToHashSet();
        foreach (var label in target.Distinct().Order().Where(label => !learned.Contains(label)))
        {
            throw new TrainingRefusedException($"Fold {number} has no row of class {Name(label, classes)} to learn from.");
        }

        if (tested.Count < 2)
        {
            throw new TrainingRefusedException(
                $"Fold {number} has only rows of class {Name(tested.First(), classes)} to test on; use fewer folds or another kind.");
        }
    }

    private static string Name(double label, IReadOnlyList<string>? classes) =>
        classes is null ? $"number {(int)label}" : $"'{classes[(int)label]}'";
}
