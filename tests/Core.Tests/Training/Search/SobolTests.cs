using System.Text.Json;

namespace Mlops.Training;

public class SobolTests
{
    [Fact]
    public void Points_are_those_of_scipy()
    {
        // golden/make_sobol.py says how: the first 64 points in 64ths.
        var golden = JsonSerializer.Deserialize<int[][]>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Training/Search/golden/sobol.json")))!;

        Assert.Equal(SobolSequence.MaxDimensions, golden[0].Length);
        Assert.All(golden, (point, index) =>
            Assert.Equal(point, Enumerable.Range(0, point.Length).Select(dimension => (int)(SobolSequence.At(index, dimension) * 64))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-123456789)]
    public void Scrambled_points_still_fall_one_into_each_box(long seed)
    {
        // A (0, 4, 2)-net in base 2: whatever the shape of boxes of area 1/16, each has one of the first 16 points.
        for (var bits = 0; bits <= 4; bits++)
        {
            var boxes = Enumerable.Range(0, 16).Select(i => (
                (int)(SobolSequence.ScrambledAt(i, 0, seed) * (1 << bits)), (int)(SobolSequence.ScrambledAt(i, 1, seed) * (1 << (4 - bits)))));
            Assert.Equal(16, boxes.Distinct().Count());
        }
    }

    [Fact]
    public void Another_seed_gives_another_sequence() =>
        Assert.NotEqual(SobolSequence.ScrambledAt(3, 2, 1), SobolSequence.ScrambledAt(3, 2, 2));

    [Fact]
    public void A_search_tries_each_eighth_of_a_range_once_in_eight_trials()
    {
        var space = new SearchSpace([
            new SearchParameter("kind", new Distribution.Categorical(["a", "b"])),
            new SearchParameter("rate", new Distribution.Float(1e-4, 1e4, Log: true))]);
        var sampler = SearchStrategies.Sampler(new SamplerSpec(SamplerKind.Sobol));
        var suggestions = Enumerable.Range(0, 8).Select(number => sampler.Suggest(new StudyView(space, [false], 3, []), number)).ToList();

        Assert.Equal(Enumerable.Range(-4, 8), suggestions.Select(values => (int)Math.Floor(Math.Log10(values["rate"].Number))).Order());
        Assert.Equal(4, suggestions.Count(values => values["kind"] == "a"));
    }
}
