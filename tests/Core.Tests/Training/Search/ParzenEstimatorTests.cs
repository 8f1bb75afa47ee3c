namespace Mlops.Training;

public class ParzenEstimatorTests
{
    public static TheoryData<int> Cases() => [.. Enumerable.Range(0, SearchGolden.Read.Parzen.Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Densities_are_those_of_Optuna(int index)
    {
        var golden = SearchGolden.Read.Parzen[index];
        var codes = golden.Space.Values.Select(parameter => new ParameterCode(Distribution.Of(parameter))).ToList();
        var estimator = new ParzenEstimator(codes, Encoded(golden.Observed), golden.Weights, golden.Multivariate);
        var at = Encoded(golden.At);

        Assert.All(golden.LogDensity, (expected, i) =>
            Assert.Equal(expected, estimator.LogDensity([.. at.Select(column => column[i])]), 1e-9));

        double[][] Encoded(double[][] columns) =>
            [.. columns.Select((column, p) => column.Select(value => codes[p].Choices is null ? codes[p].Encode(value) : value).ToArray())];
    }

    [Fact]
    public void Samples_are_spread_as_the_density_says()
    {
        var code = new ParameterCode(new Distribution.Int(0, 9));
        var estimator = new ParzenEstimator([code], [[1, 2, 2, 8]], null, isJoint: false);
        var random = new DeterministicRandom(5);
        var counts = new double[10];
        var sample = new double[1];
        for (var i = 0; i < 100_000; i++)
        {
            estimator.Sample(random, sample);
            counts[(int)sample[0]]++;
        }

        Assert.All(counts, (count, value) => Assert.Equal(Math.Exp(estimator.LogDensity([value])), count / 100_000, 0.01));
    }

    [Fact]
    public void Choices_are_drawn_as_the_density_says()
    {
        var code = new ParameterCode(new Distribution.Categorical(["a", "b", "c"]));
        var estimator = new ParzenEstimator([code], [[0, 2, 2]], null, isJoint: false);
        var random = new DeterministicRandom(5);
        var counts = new double[3];
        var sample = new double[1];
        for (var i = 0; i < 100_000; i++)
        {
            estimator.Sample(random, sample);
            counts[(int)sample[0]]++;
        }

        Assert.All(counts, (count, value) => Assert.Equal(Math.Exp(estimator.LogDensity([value])), count / 100_000, 0.01));
    }

    [Fact]
    public void Old_observations_weigh_less_than_the_newest_25()
    {
        Assert.All(ParzenEstimator.WeightsByAge(25), weight => Assert.Equal(1, weight));
        Assert.Equal(1.0 / 26, ParzenEstimator.WeightsByAge(26)[0]);
        Assert.Equal([0.02, 0.265, 0.51, 0.755, 1], ParzenEstimator.WeightsByAge(50).Where((_, i) => i % 6 is 0).Take(5), Near);
    }

    private static readonly IEqualityComparer<double> Near =
        EqualityComparer<double>.Create((a, b) => Math.Abs(a - b) < 1e-12, _ => 0);
}
