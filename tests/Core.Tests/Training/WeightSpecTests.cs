using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public sealed class WeightSpecTests
{
    private static readonly TrainingSpec Spec = new("m", "d", "left");

    private static readonly DataFrame Customers = new(
    [
        new NumericColumn(new ColumnSchema("age", ColumnType.Number, false), [20, 30, 40]),
        new NumericColumn(new ColumnSchema("importance", ColumnType.Number, false), [1, 2, 3]),
        new StringColumn(new ColumnSchema("left", ColumnType.Category, false), [0, 1, 0], ["no", "yes"]),
        new StringColumn(new ColumnSchema("plan", ColumnType.Category, false), [0, 1, 0], ["big", "small"]),
    ]);

    [Fact]
    public void Column_balance_and_factors_may_be_given_together() => Assert.Empty(
        Check(new WeightSpec("importance", Balanced: true, new Dictionary<string, double> { ["yes"] = 0 })));

    [Theory]
    [InlineData("", "expected the name of a column")]
    [InlineData("left", "the target cannot be the weight")]
    [InlineData("age", "'age' is a feature; the weight cannot be one")]
    public void A_column_that_cannot_be_the_weight_is_named(string column, string problem) => Assert.Equal(
        [new SpecError("weights.column", problem)], Check(new WeightSpec(column), Spec with { Features = ["age"] }));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_factor_must_be_a_number_from_zero(double factor) => Assert.Equal(
        [new SpecError("weights.classes.yes", "expected a number from 0")],
        Check(new WeightSpec(Classes: new Dictionary<string, double> { ["yes"] = factor, ["no"] = 1 })));

    [Fact]
    public void A_quantity_has_no_classes_to_weigh() => Assert.Equal(
        ["weights.balanced", "weights.classes"],
        Check(
            new WeightSpec(Balanced: true, Classes: new Dictionary<string, double> { ["yes"] = 1 }),
            Spec with { Task = TaskType.Regression }).Select(error => error.Path));

    [Fact]
    public void The_weight_is_no_feature()
    {
        var plan = Assert.IsType<PlanOutcome.Made>(TrainingPlan.Make(Spec with { Weights = new WeightSpec("importance") }, Customers)).Plan;

        Assert.Equal(["age", "plan"], plan.Signature.Features.Select(feature => feature.Name));
    }

    [Theory]
    [InlineData("gone", "the data set has no column 'gone'")]
    [InlineData("plan", "expected a column of numbers; 'plan' is of type Category")]
    public void A_weight_that_the_data_lack_is_refused(string column, string problem) =>
        Assert.Equal([new SpecError("weights.column", problem)], Refused(new WeightSpec(column)));

    [Fact]
    public void A_class_that_the_target_lacks_is_refused() => Assert.Equal(
        [new SpecError("weights.classes.perhaps", "the target has no such class; it has no, yes")],
        Refused(new WeightSpec(Classes: new Dictionary<string, double> { ["perhaps"] = 2, ["no"] = 1 })));

    [Fact]
    public void Classes_of_a_target_that_turns_out_a_quantity_are_refused() => Assert.Equal(
        [new SpecError("weights.balanced", "only classes can be balanced")],
        Refused(new WeightSpec(Balanced: true), Spec with { Target = "age" }));

    private static IEnumerable<SpecError> Check(WeightSpec weights, TrainingSpec? spec = null) =>
        TrainingSpecCheck.Check((spec ?? Spec) with { Weights = weights }, []);

    private static IReadOnlyList<SpecError> Refused(WeightSpec weights, TrainingSpec? spec = null) =>
        Assert.IsType<PlanOutcome.Refused>(TrainingPlan.Make((spec ?? Spec) with { Weights = weights }, Customers)).Errors;
}
