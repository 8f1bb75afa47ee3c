using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public class SliceGateTests
{
    private static readonly GateSpec Gate = new("accuracy", AtLeast: 0.7, Kind: GateKind.Slice, Columns: ["region"], MinRows: 10);

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(0.51, false)]
    public void The_worst_slice_decides(double least, bool passes)
    {
        var finding = GateCase.Only(Gate with { AtLeast = least }, Regions(("north", 20, 1), ("south", 10, 0.5), ("east", 10, 0.9)));

        Assert.Equal((passes, 0.5), (finding.Passed, finding.Value));
        Assert.Equal(["region = south", "region = east", "region = north"], finding.Groups!.Select(group => group.Name));
        Assert.StartsWith("worst of 3 slices: region = south with 0.5 on 10 rows", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slice_that_is_too_small_is_named_and_not_judged()
    {
        var finding = GateCase.Only(Gate, Regions(("north", 20, 1), ("south", 9, 0)));

        Assert.True(finding.Passed);
        Assert.EndsWith("too small to judge (under 10 rows): region = south", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gate_that_can_judge_no_slice_does_not_pass() => Assert.False(GateCase.Decide(Gate, Regions(("north", 9, 1))).Passed);

    [Fact]
    public void Without_columns_all_features_are_cut_and_rows_without_a_value_are_a_slice()
    {
        var finding = GateCase.Only(Gate with { Columns = null }, Regions(("north", 20, 1), (null, 10, 0)));

        Assert.Equal((false, "region is missing"), (finding.Passed, finding.Groups![0].Name));
    }

    [Fact]
    public void Numbers_are_cut_at_their_quartiles_at_given_edges_or_by_their_few_values()
    {
        string[] Names(NumericColumn column, params double[] edges) =>
            [.. ValueGroups.Of(column, edges.Length is 0 ? null : edges).Select(group => $"{group.Name}: {group.Rows.Length}")];
        var ages = GateCase.Numbers("age", [.. Enumerable.Range(0, 100).Select(age => (double)age), double.NaN]);

        Assert.Equal(
            ["age is missing: 1", "age under 24.75: 25", "age from 24.75 to under 49.5: 25", "age from 49.5 to under 74.25: 25", "age from 74.25: 25"],
            Names(ages));
        Assert.Equal(["age is missing: 1", "age under 18: 18", "age from 18: 82"], Names(ages, 18));
        Assert.Equal(["doors = 2: 1", "doors = 4: 2"], Names(GateCase.Numbers("doors", 4, 2, 4)));
    }

    /// <summary>Rows of class 1 in regions, of which a share is predicted right.</summary>
    private static GateEvidence Regions(params (string? Name, int Rows, double Right)[] regions)
    {
        var region = regions.SelectMany(of => Enumerable.Repeat(of.Name, of.Rows)).ToArray();
        var scores = regions.SelectMany(of => Enumerable.Range(0, of.Rows).Select(row => row < of.Rows * of.Right ? 0.9 : 0.1)).ToArray();
        return GateCase.Of(scores, [.. scores.Select(_ => 1.0)], heldOut: new DataFrame([GateCase.Strings("region", region)]));
    }
}
