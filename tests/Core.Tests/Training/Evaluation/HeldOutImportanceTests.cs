using Mlops.Data;
using Mlops.Explanations;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Training;

public sealed class HeldOutImportanceTests
{
    private const int Rows = 5_000;
    private const long SmallGraph = 1_000;

    [Fact]
    public void Of_few_features_all_are_measured_on_2000_rows_and_of_many_the_100_of_the_greatest_gain_on_fewer()
    {
        var few = Measure(3, SmallGraph);
        var many = Measure(120, SmallGraph);

        Assert.Equal((3, 2_000), (few.Permuted.Count, few.Rows));
        Assert.Equal((100, 400), (many.Permuted.Count, many.Rows));
        // The gain of a feature is its number: the first twenty have the least.
        Assert.DoesNotContain(many.Permuted, feature => int.Parse(feature.Feature[1..], null) < 20);
    }

    [Fact]
    public void Of_larger_graphs_fewer_rows_are_scored_and_of_the_largest_none_explained()
    {
        var large = Measure(10, 40 << 20);
        using var exact = new SameForAll(ExplanationMethod.LinearShap);

        Assert.Equal(400, large.Rows);
        Assert.Equal(200, Attribute(exact, SmallGraph)?.Rows);
        Assert.Equal(20, Attribute(exact, 40 << 20)?.Rows);
        Assert.Null(Attribute(exact, 50 << 20));
    }

    [Fact]
    public void What_worsens_is_positive_even_where_less_is_better()
    {
        var measured = Measure(3, SmallGraph);

        Assert.Equal("rmse", measured.Metric);
        Assert.Equal("x0", measured.Permuted[0].Feature);
        Assert.True(measured.Permuted[0].Mean > 1);
        Assert.All(measured.Permuted.Skip(1), feature => Assert.Equal((0.0, 0.0), (feature.Mean, feature.Deviation)));
    }

    [Fact]
    public void Attributions_are_summed_over_outputs_without_their_signs_and_samples_are_not_taken_for_exact()
    {
        using var exact = new SameForAll(ExplanationMethod.TreeShap);
        using var sampled = new SameForAll(ExplanationMethod.KernelShap);

        // Two outputs, of which one has -feature and the other 2 × feature.
        Assert.Equal(new Dictionary<string, double> { ["x0"] = 0, ["x1"] = 3, ["x2"] = 6 }, Attribute(exact, SmallGraph)?.Features);
        Assert.Null(Attribute(sampled, SmallGraph));
    }

    private static MeanAttributions? Attribute(IModelExplainer explainer, long graphBytes)
    {
        var (signature, frame) = Frame(3);
        return HeldOutImportance.Attribute(explainer, signature, frame, graphBytes, 1, default);
    }

    private static FeatureImportance Measure(int features, long graphBytes)
    {
        var (signature, frame) = Frame(features);
        using var scorer = new FirstFeature(signature);
        var gain = signature.Features.Select((feature, i) => (feature.Name, i)).ToDictionary(pair => pair.Name, pair => (double)pair.i);
        var target = ((NumericColumn)frame.Columns[features > HeldOutImportance.MostFeatures ? features - 1 : 0]).Values;
        var measured = HeldOutImportance.Measure(scorer, frame, target, gain, graphBytes, 1, default);
        return Assert.IsType<FeatureImportance>(measured);
    }

    private static (ModelSignature Signature, DataFrame Frame) Frame(int features)
    {
        var random = new DeterministicRandom(7);
        var columns = Enumerable.Range(0, features).Select(i => new NumericColumn(
            new ColumnSchema($"x{i}", ColumnType.Number, false),
            [.. Enumerable.Range(0, Rows).Select(_ => random.NextGaussian())])).ToList();
        var signature = new ModelSignature([.. columns.Select(column => column.Schema)], "y", TaskType.Regression, []);
        return (signature, new DataFrame(columns));
    }

    /// <summary>Predicts the first feature.</summary>
    private sealed class FirstFeature(ModelSignature signature) : IModelScorer
    {
        public ModelSignature Signature => signature;

        public void Score(in FeatureBatch batch, Span<float> output)
        {
            for (var row = 0; row < batch.Rows; row++)
            {
                output[row] = batch.Numbers.Span[row * signature.Features.Count];
            }
        }

        public void Dispose() { }
    }

    /// <summary>Of every row says the same: what the first output gets of a feature is minus its number, the second twice that.</summary>
    private sealed class SameForAll(ExplanationMethod method) : IModelExplainer
    {
        public ExplanationMethod Method => method;

        public ExplanationScale Scale => ExplanationScale.Value;

        public IReadOnlyList<string> Outputs { get; } = ["a", "b"];

        public Attributions Explain(FeatureBatch rows, CancellationToken cancellationToken) => new(
            rows.Rows,
            3,
            [0, 0],
            new double[rows.Rows * 2],
            [.. Enumerable.Range(0, rows.Rows).SelectMany(_ => new double[] { -0.0, -1, -2, 0, 2, 4 })]);

        public void Dispose() { }
    }
}
