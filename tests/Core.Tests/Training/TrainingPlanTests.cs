using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public class TrainingPlanTests
{
    [Fact]
    public void Every_column_but_the_target_is_a_feature_unless_some_are_named()
    {
        Assert.Equal(["age", "plan"], Made(Spec("left")).Signature.Features.Select(feature => feature.Name));
        Assert.Equal(["plan"], Made(Spec("left") with { Features = ["plan"] }).Signature.Features.Select(feature => feature.Name));
    }

    [Theory]
    [InlineData("left", TaskType.Binary, new[] { "no", "yes" })]
    [InlineData("flag", TaskType.Binary, new[] { "false", "true" })]
    [InlineData("few", TaskType.Multiclass, new[] { "2", "9", "10" })]
    [InlineData("value", TaskType.Regression, new string[0])]
    public void The_task_follows_from_the_target(string target, TaskType task, string[] classes)
    {
        var plan = Made(Spec(target));

        Assert.Equal(task, plan.Signature.Task);
        Assert.Equal(classes, plan.Signature.Classes);
    }

    [Fact]
    public void Integers_regress_when_there_are_many_different_ones()
    {
        var many = new DataFrame([Numbers("x", ColumnType.Integer, [.. Enumerable.Range(0, 21)]), Numbers("y", ColumnType.Integer, [.. Enumerable.Range(0, 21)])]);

        Assert.Equal(TaskType.Regression, Made(Spec("y"), many).Signature.Task);
    }

    [Fact]
    public void Sensitive_features_are_marked_in_the_signature_and_must_be_features()
    {
        var features = Made(Spec("left") with { Sensitive = ["age"] }).Signature.Features;
        Assert.Equal([("age", true), ("plan", false)], features.Select(feature => (feature.Name, feature.Sensitive)));

        var refused = Assert.IsType<PlanOutcome.Refused>(
            TrainingPlan.Make(Spec("left") with { Features = ["plan"], Sensitive = ["plan", "age"] }, Customers));
        Assert.Equal(["sensitive[1]"], refused.Errors.Select(error => error.Path));
    }

    [Fact]
    public void The_positive_class_comes_last()
    {
        var plan = Made(Spec("left") with { PositiveClass = "no" });

        Assert.Equal(["yes", "no"], plan.Signature.Classes);
        Assert.Equal([1, 0, 1, double.NaN], plan.Target);
    }

    [Theory]
    [InlineData("gone", null, null, "target")]
    [InlineData("left", "x,y", null, "features[0],features[1]")]
    [InlineData("left", null, "maybe", "positiveClass")]
    [InlineData("value", null, "yes", "positiveClass")]
    public void What_does_not_fit_the_data_is_said_with_its_path(string target, string? features, string? positive, string paths)
    {
        var spec = Spec(target) with { Features = features?.Split(','), PositiveClass = positive, Task = positive is null ? null : TaskType.Binary };
        if (target is "value")
        {
            spec = spec with { Task = TaskType.Regression };
        }

        var refused = Assert.IsType<PlanOutcome.Refused>(TrainingPlan.Make(spec, Customers));

        Assert.Equal(paths.Split(','), refused.Errors.Select(error => error.Path));
    }

    [Theory]
    [InlineData("left", TaskType.Regression)]
    [InlineData("value", TaskType.Binary)]
    [InlineData("few", TaskType.Binary)]
    public void A_task_that_the_target_cannot_have_is_refused(string target, TaskType task)
    {
        var refused = Assert.IsType<PlanOutcome.Refused>(TrainingPlan.Make(Spec(target) with { Task = task }, Customers));

        Assert.Contains("task", refused.Errors.Select(error => error.Path));
    }

    [Fact]
    public void A_constant_target_is_nothing_to_classify()
    {
        var constant = new DataFrame([Numbers("x", ColumnType.Number, [1, 2]), Strings("y", 0, 0)]);

        Assert.Contains("1 different", Assert.IsType<PlanOutcome.Refused>(TrainingPlan.Make(Spec("y") with { Features = null }, constant)).Errors[0].Problem);
    }

    [Fact]
    public void Data_checks_name_what_forbids_training_and_what_to_know()
    {
        var frame = new DataFrame(
        [
            Numbers("x", ColumnType.Number, [.. Enumerable.Range(0, 12)]),
            Numbers("empty", ColumnType.Number, [.. Enumerable.Repeat(double.NaN, 12)]),
            Strings("y", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, StringColumn.Missing]),
        ]);

        var check = DataChecks.Check(Made(Spec("y"), frame), frame);

        Assert.Equal((11, 1), (check.Rows, check.RowsWithoutTarget));
        Assert.Equal(["Class 'yes' has 1 row; at least one is needed to train and one to test."], check.Errors);
        Assert.Equal(["'empty' has no value in every row and teaches nothing.", "1 rows have no target and are left out."], check.Warnings);
    }

    [Fact]
    public void A_constant_number_cannot_be_learned()
    {
        var frame = new DataFrame([Numbers("x", ColumnType.Number, [.. Enumerable.Range(0, 12)]), Numbers("y", ColumnType.Number, [.. Enumerable.Repeat(3.5, 12)])]);

        Assert.Contains("nothing to learn", Assert.Single(DataChecks.Check(Made(Spec("y"), frame), frame).Errors));
    }

    private static readonly DataFrame Customers = new(
    [
        Numbers("age", ColumnType.Number, [20, 30, 40, 50]),
        Strings("plan", 0, 1, 0, 1),
        Strings("left", 0, 1, 0, StringColumn.Missing),
        Numbers("flag", ColumnType.Boolean, [0, 1, 1, 0]),
        Numbers("few", ColumnType.Integer, [10, 9, 2, 10]),
        Numbers("value", ColumnType.Number, [1.5, 2.5, 3.5, 4.5]),
    ]);

    private static TrainingSpec Spec(string target) =>
        new("m", "d", target, new LearnerSpec("any")) { Features = target is "left" ? null : ["age"] };

    private static TrainingPlan Made(TrainingSpec spec, DataFrame? frame = null)
    {
        var data = frame ?? Customers.Select(spec.Features is null ? ["age", "plan", spec.Target] : [.. spec.Features, spec.Target]);
        var adapted = frame is null ? spec : spec with { Features = null };
        return Assert.IsType<PlanOutcome.Made>(TrainingPlan.Make(adapted, data)).Plan;
    }

    private static NumericColumn Numbers(string name, ColumnType type, double[] values) => new(new ColumnSchema(name, type, false), values);

    private static StringColumn Strings(string name, params int[] codes) =>
        new(new ColumnSchema(name, ColumnType.Category, true), codes, ["no", "yes"]);
}
