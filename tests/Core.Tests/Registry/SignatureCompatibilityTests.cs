using Mlops.Data;

namespace Mlops.Registry;

public class SignatureCompatibilityTests
{
    private static readonly ModelSignature Old = new(
        [new("age", ColumnType.Integer, Nullable: false), new("plan", ColumnType.Category, Nullable: true)],
        "left",
        TaskType.Binary,
        ["no", "yes"]);

    public static TheoryData<string, bool, string> Changes => new()
    {
        { "none", false, "" },
        { "added", true, "feature 'income' is new, and every feature must be sent" },
        { "removed", true, "feature 'plan' is gone, and unknown features are refused" },
        { "wider", false, "feature 'age' was integer and is number" },
        { "other", true, "feature 'age' was integer and is boolean" },
        { "nullable", false, "feature 'age' may now be null" },
        { "required", true, "feature 'plan' may no longer be null" },
        { "order", false, "the features are in another order, which callers by name do not notice" },
        { "class", true, "class 'yes' is no longer predicted; class 'perhaps' is new" },
        { "classes", true, "the classes are in another order" },
        { "target", true, "the target was 'left' and is 'stayed'" },
        { "task", true, "the task was binary and is multiclass" },
        { "threshold", false, "another probability decides between the two classes" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_breaks_callers_or_does_not(string change, bool breaks, string why)
    {
        var (age, plan) = (Old.Features[0], Old.Features[1]);
        var candidate = change switch
        {
            "added" => Old with { Features = [age, plan, new("income", ColumnType.Number, Nullable: true)] },
            "removed" => Old with { Features = [age] },
            "wider" => Old with { Features = [age with { Type = ColumnType.Number }, plan] },
            "other" => Old with { Features = [age with { Type = ColumnType.Boolean }, plan] },
            "nullable" => Old with { Features = [age with { Nullable = true }, plan] },
            "required" => Old with { Features = [age, plan with { Nullable = false }] },
            "order" => Old with { Features = [plan, age] },
            "class" => Old with { Classes = ["no", "perhaps"] },
            "classes" => Old with { Classes = ["yes", "no"] },
            "target" => Old with { Target = "stayed" },
            "task" => Old with { Task = TaskType.Multiclass },
            "threshold" => Old with { DecisionThreshold = 0.3 },
            _ => Old,
        };

        var comparison = SignatureCompatibility.Compare(4, Old, candidate);

        Assert.Equal((4, breaks), (comparison.Version, comparison.Breaking));
        Assert.Equal(why, string.Join("; ", comparison.Changes.Select(found => found.What)));
    }

    [Fact]
    public void Of_many_changes_the_breaking_ones_are_told_first_and_all_are_counted()
    {
        var many = Enumerable.Range(0, 50).Select(i => new ColumnSchema($"f{i}", ColumnType.Number, Nullable: false)).ToList();
        var old = Old with { Features = many };
        var candidate = old with { Features = [.. many.Select((feature, i) => feature with { Nullable = true }).SkipLast(3)] };

        var comparison = SignatureCompatibility.Compare(1, old, candidate);

        Assert.Equal((50, 20), (comparison.TotalChanges, comparison.Changes.Count));
        Assert.Equal([true, true, true, false], comparison.Changes.Take(4).Select(change => change.Breaking));
    }
}
