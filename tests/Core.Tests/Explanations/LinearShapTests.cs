namespace Mlops.Explanations;

public sealed class LinearShapTests
{
    [Fact]
    public void Columns_made_from_one_feature_are_added_up()
    {
        // Two columns of feature 1 (a one-hot category), one of feature 0.
        var shap = new LinearShap([2, 5, -1], [1], [10, 0.25, 0.75], [0, 1, 1], 2);

        var found = shap.Explain([11, 1, 0], 1);

        Assert.Equal([1 + 20 + 1.25 - 0.75], found.BaseValues);
        Assert.Equal([2, (5 * 0.75) + 0.75], found.Of(0, 0).ToArray());
        Assert.Equal([1 + 22 + 5.0], found.Outputs);
    }

    [Fact]
    public void Values_are_those_of_the_definition_by_subsets()
    {
        double[] weights = [0.5, -2, 3, 1];
        double[] means = [1, 2, 3, 4];
        float[] row = [2, -1, 0, 8];
        int[] players = [0, 1, 1, 2];

        var found = new LinearShap(weights, [7], means, players, 3).Explain(row, 1);

        var expected = TreeShapTests.ByDefinition(3, known => 7 + Enumerable.Range(0, 4)
            .Sum(column => weights[column] * ((known >> players[column] & 1) is 1 ? row[column] : means[column])));
        Assert.All(expected.Index(), share => Assert.Equal(share.Item, found.Of(0, 0)[share.Index], 1e-12));
    }
}
