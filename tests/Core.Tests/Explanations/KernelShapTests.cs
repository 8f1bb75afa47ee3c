using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Explanations;

public sealed class KernelShapTests
{
    [Fact]
    public void With_room_for_every_coalition_values_are_those_of_the_definition()
    {
        const int Features = 5;
        using var scorer = new FormulaScorer(Features, row => (row[0] * row[1]) + Math.Abs(row[2]) - (row[3] * row[3] * row[4]));
        var background = Rows(7, Features, 1);
        var row = Rows(1, Features, 2);

        var found = new KernelShap(scorer, background, 1 << Features, 0).Explain(row, default);

        var expected = TreeShapTests.ByDefinition(Features, known => MeanWith(scorer, background, row, known));
        for (var feature = 0; feature < Features; feature++)
        {
            Assert.Equal(expected[feature], found.Of(0, 0)[feature], 1e-5);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    [InlineData(200)]
    public void Attributions_add_up_to_the_prediction_on_any_budget(int budget)
    {
        const int Features = 14;
        using var scorer = new FormulaScorer(Features, row => row.ToArray().Sum(value => value * value) + (row[3] * row[9]));
        var rows = Rows(3, Features, 5);

        var found = new KernelShap(scorer, Rows(4, Features, 6), budget, 1).Explain(rows, default);

        for (var row = 0; row < 3; row++)
        {
            Assert.Equal(found.Outputs[row], found.BaseValues[0] + found.Of(row, 0).ToArray().Sum(), 1e-9);
        }
    }

    [Fact]
    public void An_estimate_comes_close_and_is_the_same_for_a_seed()
    {
        const int Features = 12;
        using var scorer = new FormulaScorer(Features, row => (3 * row[0] * row[1]) + row[2] + (row[5] * row[6] * row[7]));
        var (background, row) = (Rows(3, Features, 8), Rows(1, Features, 9));
        var exact = new KernelShap(scorer, background, 1 << Features, 0).Explain(row, default).Values;

        var estimate = new KernelShap(scorer, background, 1_000, 4).Explain(row, default).Values;
        var again = new KernelShap(scorer, background, 1_000, 4).Explain(row, default).Values;

        Assert.Equal(estimate, again);
        var scale = exact.Max(Math.Abs);
        Assert.All(exact.Zip(estimate), pair => Assert.Equal(pair.First, pair.Second, 0.05 * scale));
    }

    [Fact]
    public void A_feature_that_no_background_row_varies_has_no_share()
    {
        using var scorer = new FormulaScorer(3, row => row[0] + row[1] + row[2]);
        var background = new FeatureBatch(2, new float[] { 1, 5, 0, 2, 5, 0 }, Array.Empty<string>());

        var found = new KernelShap(scorer, background, 10, 0).Explain(
            new FeatureBatch(1, new float[] { 4, 5, 3 }, Array.Empty<string>()), default);

        Assert.Equal([2.5, 0, 3], found.Of(0, 0).ToArray().Select(value => Math.Round(value, 5)));
    }

    private static double MeanWith(FormulaScorer scorer, FeatureBatch background, FeatureBatch row, uint known)
    {
        const int Features = 5;
        var output = new float[1];
        double sum = 0;
        for (var other = 0; other < background.Rows; other++)
        {
            var mixed = new float[Features];
            for (var feature = 0; feature < Features; feature++)
            {
                mixed[feature] = (known >> feature & 1) is 1
                    ? row.Numbers.Span[feature]
                    : background.Numbers.Span[(other * Features) + feature];
            }

            scorer.Score(new FeatureBatch(1, mixed, Array.Empty<string>()), output);
            sum += output[0];
        }

        return sum / background.Rows;
    }

    private static FeatureBatch Rows(int rows, int features, int seed)
    {
        var random = new DeterministicRandom(seed);
        return new FeatureBatch(
            rows, Enumerable.Range(0, rows * features).Select(_ => (float)random.NextGaussian()).ToArray(), Array.Empty<string>());
    }

    private sealed class FormulaScorer(int features, Func<float[], double> formula) : IModelScorer
    {
        public ModelSignature Signature { get; } = new(
            [.. Enumerable.Range(0, features).Select(index => new ColumnSchema($"f{index}", ColumnType.Number, true))],
            "y",
            TaskType.Regression,
            []);

        public void Score(in FeatureBatch batch, Span<float> output)
        {
            for (var row = 0; row < batch.Rows; row++)
            {
                output[row] = (float)formula(batch.Numbers.Slice(row * features, features).ToArray());
            }
        }

        public void Dispose()
        {
        }
    }
}
