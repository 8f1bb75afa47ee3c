using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Explanations;

public sealed class PermutationImportanceTests
{
    private const int Rows = 500;

    private static readonly string[] Names = ["strong", "weak", "unused"];

    [Fact]
    public void A_feature_matters_by_what_is_lost_without_it()
    {
        var (scorer, frame, target) = Problem();
        using (scorer)
        {
            var found = PermutationImportance.Measure(scorer, frame, NegativeSquaredError(target), null, 5, 1, default);

            Assert.Equal(Names, found.Select(feature => feature.Feature));
            // Dealing out a standard normal value with weight w costs 2w² of squared error.
            Assert.Equal(2 * 9, found[0].Mean, 3.0);
            Assert.Equal(2 * 1, found[1].Mean, 0.5);
            Assert.Equal((0.0, 0.0), (found[2].Mean, found[2].Deviation));
        }
    }

    [Fact]
    public void Equal_seeds_give_equal_figures()
    {
        var (scorer, frame, target) = Problem();
        using (scorer)
        {
            var once = PermutationImportance.Measure(scorer, frame, NegativeSquaredError(target), null, 3, 5, default);
            var again = PermutationImportance.Measure(scorer, frame, NegativeSquaredError(target), null, 3, 5, default);

            Assert.Equal(once, again);
        }
    }

    private static Func<double[], double> NegativeSquaredError(double[] target) =>
        predicted => -predicted.Zip(target).Average(pair => (pair.First - pair.Second) * (pair.First - pair.Second));

    private static (IModelScorer Scorer, DataFrame Frame, double[] Target) Problem()
    {
        var random = new DeterministicRandom(3);
        var columns = Names.Select(name => new NumericColumn(
            new ColumnSchema(name, ColumnType.Number, false), [.. Enumerable.Range(0, Rows).Select(_ => random.NextGaussian())])).ToList();
        var target = Enumerable.Range(0, Rows).Select(row => (3 * columns[0].Values[row]) + columns[1].Values[row]).ToArray();
        return (new SumScorer(new ModelSignature([.. columns.Select(column => column.Schema)], "y", TaskType.Regression, [])),
            new DataFrame(columns), target);
    }

    private sealed class SumScorer(ModelSignature signature) : IModelScorer
    {
        public ModelSignature Signature => signature;

        public void Score(in FeatureBatch batch, Span<float> output)
        {
            for (var row = 0; row < batch.Rows; row++)
            {
                output[row] = (3 * batch.Numbers.Span[row * 3]) + batch.Numbers.Span[(row * 3) + 1];
            }
        }

        public void Dispose()
        {
        }
    }
}
