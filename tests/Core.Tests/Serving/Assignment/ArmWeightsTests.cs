using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mlops.AbTesting;

namespace Mlops.Serving;

public sealed class ArmWeightsTests
{
    private static readonly AssignmentSalt Salt = new("checkout:1");
    private static readonly ArmWeights Three = new(Goldens.Read.Arms);

    [Fact]
    public void A_unit_is_hashed_and_assigned_as_an_independent_program_does_it() => Assert.All(Goldens.Read.Assignment, golden =>
    {
        var hash = new AssignmentSalt(golden.Salt).Hash(golden.Unit);

        Assert.Equal(golden.Hash, hash.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(golden.Arm, Three.Name(Three.Choose(hash)));
    });

    [Fact]
    public void A_unit_in_UTF_8_is_the_same_unit() =>
        Assert.Equal(Salt.Hash("漢字🙂"), Salt.Hash(Encoding.UTF8.GetBytes("漢字🙂")));

    [Fact]
    public void Arms_get_their_shares()
    {
        const int Units = 200_000;
        var counts = new long[3];
        for (var i = 0; i < Units; i++)
        {
            counts[Three.Choose(Salt, $"user-{i}")]++;
        }

        // A fair assignment is further off once in 10,000 salts.
        Assert.InRange(SampleRatio.PValue(new([0.5, 0.3, 0.2], counts)), 1e-4, 1);
    }

    [Fact]
    public void Points_are_uniform()
    {
        var counts = new long[100];
        for (var i = 0; i < 200_000; i++)
        {
            counts[(int)(Salt.Point($"user-{i}") * 100)]++;
        }

        Assert.InRange(SampleRatio.PValue(new(Enumerable.Repeat(1.0, 100).ToArray(), counts)), 1e-4, 1);
    }

    [Fact]
    public void Tests_with_other_salts_assign_independently()
    {
        var other = new AssignmentSalt("checkout:2");

        AssertIndependent(unit => Three.Choose(Salt, unit), unit => Three.Choose(other, unit), 3);
    }

    [Fact]
    public void Whether_a_unit_takes_part_says_nothing_about_its_arm() =>
        AssertIndependent(unit => Three.Choose(Salt, unit), unit => (int)(Salt.Point(unit) * 3), 3);

    [Fact]
    public void A_greater_weight_moves_units_only_into_its_arm() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Weights(), WeightChange(), (weights, change) =>
        {
            var arm = change.Arm % weights.Length;
            double[] grown = [.. weights];
            grown[arm] += change.By;
            var (before, after) = (Arms(weights), Arms(grown));
            for (var i = 0; i < 100; i++)
            {
                var hash = Salt.Hash($"{change.By}{i}");
                var (was, now) = (before.Choose(hash), after.Choose(hash));
                Assert.True(was == now || now == arm);
            }
        }));

    [Fact]
    public void A_new_arm_moves_units_only_into_itself_and_leaves_the_others_where_they_were()
    {
        var four = new ArmWeights([new("new", 10), .. Goldens.Read.Arms]);

        Assert.All(Units(20_000), unit =>
        {
            var now = four.Name(four.Choose(Salt, unit));
            Assert.True(now is "new" || now == Three.Name(Three.Choose(Salt, unit)));
        });
    }

    [Fact]
    public void The_order_of_arms_and_the_scale_of_weights_change_nothing()
    {
        var other = new ArmWeights([.. Goldens.Read.Arms.Reverse().Select(arm => arm with { Weight = arm.Weight / 64 })]);

        Assert.All(Units(20_000), unit => Assert.Equal(Three.Name(Three.Choose(Salt, unit)), other.Name(other.Choose(Salt, unit))));
    }

    [Fact]
    public void An_arm_without_weight_is_never_chosen()
    {
        var arms = new ArmWeights([new("off", 0), new("a", 1e-9), new("b", 1)]);

        Assert.DoesNotContain(Units(100_000), unit => arms.Choose(Salt, unit) is 0);
        Assert.All(Units(100), unit => Assert.Equal(1, new ArmWeights([new("off", 0), new("only", 1)]).Choose(Salt, unit)));
    }

    [Fact]
    public void Choosing_allocates_nothing()
    {
        var units = Units(1_000).Append(new string('x', 2_000)).ToArray();
        var sum = units.Sum(unit => Three.Choose(Salt, unit));
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var unit in units)
        {
            sum -= Three.Choose(Salt, unit);
        }

        Assert.Equal((0, 0), (GC.GetAllocatedBytesForCurrentThread() - before, sum));
    }

    [Fact]
    public void Weights_that_mean_nothing_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ArmWeights([new("a", 0)]));
        Assert.Throws<ArgumentException>(() => new ArmWeights([new("a", 1), new("b", -0.1)]));
        Assert.Throws<ArgumentException>(() => new ArmWeights([new("a", double.NaN)]));
        Assert.Throws<ArgumentException>(() => new ArmWeights([new("a", 1), new("a", 1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArmWeights([]));
    }

    private static Arbitrary<double[]> Weights() => Gen.Choose(0, 100).Select(weight => weight / 10.0).ArrayOf()
        .Where(weights => weights.Length is > 0 and <= 8 && weights.Sum() > 0).ToArbitrary();

    private static Arbitrary<(int Arm, double By)> WeightChange() => (
        from arm in Gen.Choose(0, 7)
        from growth in Gen.Choose(1, 1_000)
        select (arm, growth / 50.0)).ToArbitrary();

    private static ArmWeights Arms(double[] weights) => new([.. weights.Select((weight, index) => new ArmWeight($"arm{index}", weight))]);

    private static IEnumerable<string> Units(int count) => Enumerable.Range(0, count).Select(i => $"user-{i}");

    /// <summary>Chi-squared of the table of both.</summary>
    private static void AssertIndependent(Func<string, int> first, Func<string, int> second, int kinds)
    {
        var table = new long[kinds, kinds];
        foreach (var unit in Units(100_000))
        {
            table[first(unit), second(unit)]++;
        }

        var cells = from row in Enumerable.Range(0, kinds) from column in Enumerable.Range(0, kinds) select (row, column);
        double Row(int row) => Enumerable.Range(0, kinds).Sum(column => table[row, column]);
        double Column(int column) => Enumerable.Range(0, kinds).Sum(row => table[row, column]);
        var distance = cells.Sum(cell =>
        {
            var expected = Row(cell.row) * Column(cell.column) / 100_000;
            return Math.Pow(table[cell.row, cell.column] - expected, 2) / expected;
        });

        // Four degrees of freedom: exceeded once in 10,000 pairs of independent tests.
        Assert.True(distance < 23.5, $"chi-squared is {distance}");
    }
}
