using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class LinearObjectiveTests
{
    private const double Step = 1e-4;

    public static TheoryData<string> Losses => ["binary", "multinomial", "poisson", "squared"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_gradient_is_the_slope(string loss) => Prop.ForAll<int, bool>((seed, isWeighted) =>
    {
        var random = new DeterministicRandom(seed);
        var objective = new LinearObjective(Matrix(random, 30), Loss(loss, random, 30, isWeighted), 0.5, 1);
        var point = Point(random, objective);
        var gradient = new double[point.Length];
        objective.Evaluate(point, gradient);

        return Enumerable.Range(0, point.Length).All(i =>
        {
            double At(double shift)
            {
                var moved = (double[])point.Clone();
                moved[i] += shift;
                return objective.Evaluate(moved, new double[point.Length]);
            }

            return Math.Abs(gradient[i] - ((At(Step) - At(-Step)) / (2 * Step))) < 1e-5 * Math.Max(1, Math.Abs(gradient[i]));
        });
    }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Losses))]
    public void It_is_the_same_on_two_threads_to_the_last_bit(string name)
    {
        var random = new DeterministicRandom(3);
        var matrix = Matrix(random, 5_000);
        var loss = Loss(name, random, 5_000, isWeighted: true);
        var point = Point(random, new LinearObjective(matrix, loss, 1, 1));
        var (one, two) = (new double[point.Length], new double[point.Length]);

        var value = new LinearObjective(matrix, loss, 1, 1).Evaluate(point, one);

        Assert.Equal(value, new LinearObjective(matrix, loss, 1, 2).Evaluate(point, two));
        Assert.Equal(one, two);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Weights_that_are_all_alike_change_nothing_but_rounding(string name)
    {
        var random = new DeterministicRandom(5);
        var matrix = Matrix(random, 100);
        var plain = Loss(name, new DeterministicRandom(6), 100, isWeighted: false);
        var alike = Loss(name, new DeterministicRandom(6), 100, isWeighted: false, weight: 3);
        var point = Point(random, new LinearObjective(matrix, plain, 1, 1));

        Assert.Equal(
            new LinearObjective(matrix, plain, 1, 1).Evaluate(point, new double[point.Length]),
            new LinearObjective(matrix, alike, 1, 1).Evaluate(point, new double[point.Length]),
            1e-9);
    }

    [Fact]
    public void The_mean_loss_has_no_penalty_in_it()
    {
        var random = new DeterministicRandom(8);
        var (matrix, loss) = (Matrix(random, 100), Loss("binary", random, 100, isWeighted: true));
        var point = Point(random, new LinearObjective(matrix, loss, 0, 1));

        Assert.Equal(
            new LinearObjective(matrix, loss, 0, 1).Evaluate(point, new double[point.Length]),
            new LinearObjective(matrix, loss, 7, 1).MeanLoss(point));
    }

    private static RowLoss Loss(string name, DeterministicRandom random, int rows, bool isWeighted, double? weight = null)
    {
        double[] Draw(int below) => [.. Enumerable.Range(0, rows).Select(_ => (double)random.NextInt(below))];
        double[]? weights = isWeighted ? [1, .. Draw(4)[1..]] : weight is { } all ? [.. Enumerable.Repeat(all, rows)] : null;

        return name switch
        {
            "binary" => new BinaryRowLoss(Draw(2), weights),
            "multinomial" => new SoftmaxRowLoss(Draw(4), 4, weights),
            "poisson" => new PoissonRowLoss(Draw(6), weights),
            _ => new SquaredRowLoss(Draw(10), weights),
        };
    }

    private static double[] Point(DeterministicRandom random, LinearObjective objective) =>
        [.. Enumerable.Range(0, objective.Parameters).Select(_ => random.NextGaussian() / 2)];

    /// <summary>Eleven numbers, past the width of a vector, and a category of four levels with unknown values.</summary>
    private static DesignMatrix Matrix(DeterministicRandom random, int rows) => new(
        rows,
        11,
        [.. Enumerable.Range(0, rows * 11).Select(_ => (float)random.NextGaussian())],
        [[.. Enumerable.Range(0, rows).Select(_ => random.NextInt(5) - 1)]],
        [4]);
}
