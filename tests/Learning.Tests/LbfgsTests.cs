using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class LbfgsTests
{
    [Fact]
    public void It_reaches_a_stationary_point_of_any_convex_quadratic() => Prop.ForAll<int, PositiveInt>((seed, size) =>
    {
        var dimensions = 1 + (size.Get % 40);
        var random = new DeterministicRandom(seed);
        var scales = Enumerable.Range(0, dimensions).Select(_ => Math.Pow(10, (4 * random.NextDouble()) - 2)).ToArray();
        var centre = Enumerable.Range(0, dimensions).Select(_ => random.NextGaussian()).ToArray();
        double Quadratic(double[] point, double[] gradient)
        {
            double sum = 0;
            for (var i = 0; i < point.Length; i++)
            {
                gradient[i] = scales[i] * (point[i] - centre[i]);
                sum += gradient[i] * (point[i] - centre[i]) / 2;
            }

            return sum;
        }

        var minimum = new Lbfgs(Quadratic, 1_000, 1e-9).Minimize(new double[dimensions], Ignore, default);

        return minimum.Converged && minimum.Point.Zip(centre).All(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_follows_the_valley_of_Rosenbrock()
    {
        static double Rosenbrock(double[] p, double[] gradient)
        {
            var (across, along) = (p[1] - (p[0] * p[0]), 1 - p[0]);
            gradient[0] = (-400 * p[0] * across) - (2 * along);
            gradient[1] = 200 * across;
            return (100 * across * across) + (along * along);
        }

        var minimum = new Lbfgs(Rosenbrock, 200, 1e-8).Minimize([-1.2, 1], Ignore, default);

        Assert.True(minimum.Converged);
        Assert.Equal([1.0, 1.0], minimum.Point, (left, right) => Math.Abs(left - right) < 1e-6);
    }

    [Fact]
    public void Every_iteration_lowers_the_value()
    {
        static double Quartic(double[] p, double[] gradient)
        {
            gradient[0] = (4 * Math.Pow(p[0], 3)) - (3 * p[0]) + 0.3;
            return Math.Pow(p[0], 4) - (1.5 * p[0] * p[0]) + (0.3 * p[0]);
        }

        var values = new List<double>();
        new Lbfgs(Quartic, 100, 1e-9).Minimize([3], (_, _, value) => values.Add(value), default);

        Assert.NotEmpty(values);
        Assert.All(values.Zip(values.Skip(1)), pair => Assert.True(pair.Second < pair.First));
    }

    [Fact]
    public void It_stops_where_precision_ends_and_says_that_it_has_not_converged()
    {
        static double Rough(double[] p, double[] gradient)
        {
            gradient[0] = p[0] > 0 ? 1 : -1;
            return Math.Abs(p[0]);
        }

        var minimum = new Lbfgs(Rough, 1_000, 1e-12).Minimize([0.7], Ignore, default);

        Assert.False(minimum.Converged);
        Assert.Equal(0, minimum.Point[0], 1e-6);
    }

    private static void Ignore(int iteration, double[] point, double value)
    {
    }
}
