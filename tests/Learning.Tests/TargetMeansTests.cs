using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class TargetMeansTests
{
    private static readonly string?[] Cities = ["a", "a", "a", "b", "b", null];

    private static readonly ColumnPreprocessing Asked = new(Encode: CategoryEncoding.Target, Smoothing: 2, Scale: Scaling.None);

    [Fact]
    public void A_category_is_the_mean_of_its_rows_drawn_to_the_mean_of_all()
    {
        // Overall 10 ÷ 5 = 2 (the last row has no weight); a: (1+2+3 + 2·2) ÷ (3+2), b: (4 + 0 + 2·2) ÷ (2+2), missing: the prior.
        var encoding = Learn(TaskType.Regression, [], [1, 2, 3, 4, 0, 100], [1, 1, 1, 1, 1, 0]).Encoding;
        var probes = Make.Strings("city", "a", "b", null, "new");

        Assert.Equal([2f, 2, 2, 2], Encoded.Rows(encoding, probes));
        Assert.Equal([2f, 2, 2, 2], Encoded.GraphRows(encoding, probes));

        // Overall (1+2·2+3+8+2) ÷ 6 = 3; a: (1+4+3 + 6) ÷ (4+2), b: (8+2+6) ÷ (2+2).
        var weighted = Learn(TaskType.Regression, [], [1, 2, 3, 8, 2, 0], [1, 2, 1, 1, 1, 0]).Encoding;
        Assert.Equal([14 / 6f, 4, 3, 3], Encoded.Rows(weighted, probes));
        Encoded.GraphAgrees(weighted, probes);
    }

    [Fact]
    public void Of_two_classes_it_is_the_share_of_the_positive_one_and_of_more_each_has_a_column()
    {
        // Overall ½; a: (2 + 1) ÷ 5, b: (0 + 1) ÷ 4, missing: (1 + 1) ÷ 3.
        var binary = Learn(TaskType.Binary, ["no", "yes"], [1, 1, 0, 0, 0, 1], null).Encoding;
        Assert.Equal([0.6f, 0.25f, 2 / 3f, 0.5f], Encoded.Rows(binary, Make.Strings("city", "a", "b", "", "new")));

        var three = Learn(TaskType.Multiclass, ["x", "y", "z"], [0, 0, 1, 1, 2, 2], null).Encoding;
        float[] expected = [(2 + 2 / 3f) / 5, (1 + 2 / 3f) / 5, 2 / 15f];
        Assert.Equal(expected, Encoded.Rows(three, Make.Strings("city", "a")));
        Encoded.GraphAgrees(three, Make.Strings("city", "a", "b", null, "new"));
    }

    [Fact]
    public void No_row_knows_its_own_target()
    {
        var random = new DeterministicRandom(3);
        var cities = Enumerable.Range(0, 60).Select(_ => $"city {random.NextInt(5)}").ToArray();
        double[] target = [.. cities.Select((_, row) => (double)(row % 2))];
        float[] Training(double[] targets) => Learn(TaskType.Regression, [], targets, null, cities).Training.Numbers[0];

        foreach (var row in new[] { 0, 17, 59 })
        {
            var changed = target.ToArray();
            changed[row] = 1_000;
            Assert.Equal(Training(target)[row], Training(changed)[row]);
            Assert.NotEqual(Training(target), Training(changed));
        }
    }

    [Fact]
    public void A_category_of_noise_teaches_trees_nothing()
    {
        // Every row has a category of its own: encoded from its own target it would give the target away.
        var random = new DeterministicRandom(5);
        double[] target = [.. Enumerable.Range(0, 400).Select(_ => (double)random.NextInt(2))];
        string[] ids = [.. Enumerable.Range(0, 400).Select(row => $"id {row}")];
        var training = Learn(TaskType.Binary, ["no", "yes"], target, null, ids).Training.Numbers[0];

        Assert.True(training.Distinct().Count() <= 5);
    }

    [Fact]
    public void The_same_seed_gives_the_same_folds_and_another_seed_others()
    {
        float[] Column(int seed) => new FeatureEncodingBuilder(
            Make.Raw(Make.Strings("city", [.. Enumerable.Range(0, 50).Select(row => $"{row % 3}")])),
            Signature(TaskType.Regression, []),
            new Preparation(
                new Dictionary<string, ColumnPreprocessing> { ["city"] = Asked },
                [.. Enumerable.Range(0, 50).Select(row => (double)row * row)],
                null,
                seed),
            EncodingDefaults.Trees).Training.Numbers[0];

        Assert.Equal(Column(1), Column(1));
        Assert.NotEqual(Column(1), Column(2));
    }

    private static ModelSignature Signature(TaskType task, string[] classes) =>
        new([new ColumnSchema("city", ColumnType.Category, true)], "target", task, classes);

    private static FeatureEncodingBuilder Learn(
        TaskType task, string[] classes, double[] target, double[]? weights, string?[]? cities = null) => new(
        Make.Raw(Make.Strings("city", cities ?? Cities)),
        Signature(task, classes),
        new Preparation(new Dictionary<string, ColumnPreprocessing> { ["city"] = Asked }, target, weights, Seed: 1),
        EncodingDefaults.Linear);
}
