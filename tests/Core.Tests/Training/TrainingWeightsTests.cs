using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public sealed class TrainingWeightsTests
{
    private static readonly ModelSignature Three = new([], "kind", TaskType.Multiclass, ["a", "b", "c"]);
    private static readonly ModelSignature Quantity = new([], "price", TaskType.Regression, []);

    [Fact]
    public void Nothing_asked_is_no_weights()
    {
        Assert.Null(TrainingWeights.Of(null, Three, [0, 1, 2], null));
        Assert.Null(TrainingWeights.Of(new WeightSpec(Classes: new Dictionary<string, double>()), Three, [0, 1, 2], null));
    }

    [Fact]
    public void Balanced_weights_are_those_of_scikit_learn() =>
        // sklearn.utils.class_weight.compute_sample_weight("balanced", [0, 0, 0, 1, 1, 2, 0]), scikit-learn 1.2.1.
        Equal(
            [0.5833333333333334, 0.5833333333333334, 0.5833333333333334, 1.1666666666666667, 1.1666666666666667, 2.3333333333333335, 0.5833333333333334],
            TrainingWeights.Of(new WeightSpec(Balanced: true), Three, [0, 0, 0, 1, 1, 2, 0], null));

    [Fact]
    public void A_class_without_rows_takes_no_part_in_the_balance() =>
        // compute_sample_weight("balanced", [0, 0, 0, 2, 2]), scikit-learn 1.2.1.
        Equal(
            [0.8333333333333334, 0.8333333333333334, 0.8333333333333334, 1.25, 1.25],
            TrainingWeights.Of(new WeightSpec(Balanced: true), Three, [0, 0, 0, 2, 2], null));

    [Fact]
    public void Column_balance_and_class_factors_multiply()
    {
        var spec = new WeightSpec("w", Balanced: true, new Dictionary<string, double> { ["b"] = 3 });

        // Of three rows in two classes, two of a and one of b, a row of a counts 3/4 and one of b 3/2.
        Equal([0.75 * 2, 0.75 * 0, 1.5 * 5 * 3], TrainingWeights.Of(spec, Three, [0, 0, 1], Column(2, 0, 5)));
    }

    [Fact]
    public void A_quantity_is_weighted_by_its_column() =>
        Equal([1, 0, 2.5], TrainingWeights.Of(new WeightSpec("w"), Quantity, [7, 8, 9], Column(1, 0, 2.5)));

    [Theory]
    [InlineData(double.NaN, "missing")]
    [InlineData(-1.0, "negative")]
    [InlineData(double.PositiveInfinity, "infinite")]
    public void A_weight_that_is_none_is_refused_with_the_column_and_the_count(double bad, string problem)
    {
        var refusal = Assert.Throws<TrainingRefusedException>(
            () => TrainingWeights.Of(new WeightSpec("w"), Quantity, [1, 2, 3], Column(bad, 1, bad)));

        Assert.Equal($"The weight column 'w' is {problem} in 2 rows.", refusal.Message);
    }

    [Fact]
    public void Weights_that_are_all_zero_are_refused() => Assert.Equal(
        "The weight of every row is 0, so there is nothing to learn from.",
        Assert.Throws<TrainingRefusedException>(() => TrainingWeights.Of(new WeightSpec("w"), Quantity, [1, 2], Column(0, 0))).Message);

    [Fact]
    public void The_column_that_is_named_must_come_with_its_rows()
    {
        Assert.Throws<ArgumentException>(() => TrainingWeights.Of(new WeightSpec("w"), Quantity, [1, 2], null));
        Assert.Throws<ArgumentException>(() => TrainingWeights.Of(new WeightSpec("w"), Quantity, [1, 2], Column(1)));
    }

    private static NumericColumn Column(params double[] values) => new(new ColumnSchema("w", ColumnType.Number, true), values);

    private static void Equal(double[] expected, IEnumerable<double>? actual) =>
        Assert.Equal(expected, actual ?? [], (left, right) => Math.Abs(left - right) < 1e-12);
}
