using Mlops.Data;

namespace Mlops.Registry;

public class ModelClaimsTests
{
    private static readonly FeatureClaim[] Two = [new("a"), new("b", ColumnType.Category, true)];

    private static IEnumerable<string> Fields(ModelClaims claims) => claims.Faults().Select(fault => fault.Field);

    [Fact]
    public void Nothing_said_is_nothing_wrong() => Assert.Empty(new ModelClaims().Faults());

    [Fact]
    public void A_table_may_be_said_in_full() => Assert.Empty(
        new ModelClaims(Two, Target: "y", Task: TaskType.Binary, Classes: ["no", "yes"], DecisionThreshold: 0.5).Faults());

    [Fact]
    public void Tensors_may_be_said_in_full() => Assert.Empty(new ModelClaims(
        Task: TaskType.Tensors,
        Tensors: new TensorSignature([new("x", TensorType.Float32, [-1, 0, 3])], [new("x", TensorType.String, [])])).Faults());

    [Fact]
    public void Names_are_there_and_different()
    {
        var claims = new ModelClaims([new("a"), new(""), new("a"), null!], Classes: ["x", "x", null!]);

        Assert.Equal(["features[1].name", "features[2].name", "features[3].name", "classes[1]", "classes[2]"], Fields(claims));
    }

    [Fact]
    public void Features_are_named_or_numbered() => Assert.Equal(["numbered"], Fields(new ModelClaims(Two, Numbered: true)));

    [Fact]
    public void What_is_of_tables_is_not_said_of_tensors() => Assert.Equal(
        ["task", "classes", "target", "decisionThreshold"],
        Fields(new ModelClaims(Target: "y", Task: TaskType.Binary, Classes: ["a", "b"], DecisionThreshold: 0.5)));

    [Fact]
    public void What_is_of_tensors_is_not_said_of_tables() => Assert.Equal(
        ["tensors", "task"], Fields(new ModelClaims(Two, Task: TaskType.Tensors, Tensors: new TensorSignature([], []))));

    [Theory]
    [InlineData(TaskType.Regression, 2, null, "classes")]
    [InlineData(TaskType.Binary, 3, null, "classes")]
    [InlineData(TaskType.Multiclass, 3, 0.5, "decisionThreshold")]
    [InlineData(TaskType.Binary, 1, null, "classes,classes")]
    [InlineData(TaskType.Binary, 2, 1.0, "decisionThreshold")]
    [InlineData(TaskType.Binary, 2, double.NaN, "decisionThreshold")]
    public void Classes_and_threshold_are_of_the_task(TaskType task, int classes, double? threshold, string fields) => Assert.Equal(
        fields,
        string.Join(',', Fields(new ModelClaims(
            Two, Task: task, Classes: [.. Enumerable.Range(0, classes).Select(index => $"c{index}")], DecisionThreshold: threshold))));

    [Fact]
    public void Shapes_are_possible()
    {
        var claims = new ModelClaims(Tensors: new TensorSignature(
            [new("x", TensorType.Bool, [-2]), new("x", TensorType.Bool, [])], [new("y", TensorType.Bool, new long[17]), null!]));

        Assert.Equal(
            ["tensors.inputs[1].name", "tensors.inputs[0].shape", "tensors.outputs[1].name", "tensors.outputs[0].shape"],
            Fields(claims));
    }
}
