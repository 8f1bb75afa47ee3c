using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Explanations;

/// <summary>Against the definition: the weighted mean, over all subsets of the other features, of what a feature changes.</summary>
public sealed class TreeShapTests
{
    [Fact]
    public void Values_are_those_of_the_definition_by_subsets() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var random = new DeterministicRandom(seed);
            var features = 2 + random.NextInt(4);
            int[] players = [.. Enumerable.Range(0, features), .. Enumerable.Range(0, 2).Select(_ => random.NextInt(features))];
            var trees = Enumerable.Range(0, 3).Select(_ => RandomTree(random, players.Length)).ToList();
            float[] row = [.. players.Select(_ => random.NextInt(5) is 0 ? float.NaN : (float)random.NextGaussian())];

            var found = new TreeShap(trees, players, features, [0.5, -1]).Explain(row, 1);

            for (var output = 0; output < 2; output++)
            {
                var expected = ByDefinition(features, known => trees.Sum(tree => Expectation(tree, 0, row, players, known, output)));
                for (var feature = 0; feature < features; feature++)
                {
                    Assert.Equal(expected[feature], found.Of(0, output)[feature], 1e-9);
                }
            }
        }));

    [Fact]
    public void Base_value_and_attributions_add_up_to_the_prediction() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var random = new DeterministicRandom(seed);
            int[] players = [0, 1, 2, 3, 1];
            var trees = Enumerable.Range(0, 5).Select(_ => RandomTree(random, players.Length)).ToList();
            float[] rows = [.. Enumerable.Range(0, 20 * players.Length).Select(_ => (float)random.NextGaussian())];

            var found = new TreeShap(trees, players, 4, [2, 3]).Explain(rows, 20);

            for (var row = 0; row < 20; row++)
            {
                var values = rows.AsSpan(row * players.Length, players.Length);
                for (var output = 0; output < 2; output++)
                {
                    double predicted = 2 + output;
                    foreach (var tree in trees)
                    {
                        predicted += Leaf(tree, values)[output];
                    }

                    Assert.Equal(predicted, found.Outputs[(row * 2) + output], 1e-9);
                    Assert.Equal(predicted, found.BaseValues[output] + Sum(found.Of(row, output)), 1e-9);
                }
            }
        }));

    [Fact]
    public void A_feature_that_no_split_asks_about_has_no_share()
    {
        var tree = new DecisionTree(
        [
            new(BranchMode.AtMost, 0, 0.5f, 1, 2, false, 10, null), Leaf(4, 1), Leaf(6, 3),
        ]);

        var found = new TreeShap([tree], [0, 1], 2, [0]).Explain([1, 7], 1);

        Assert.Equal(2.2, Assert.Single(found.BaseValues), 1e-12);
        Assert.Equal([0.8, 0], found.Of(0, 0).ToArray().Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void Ways_that_no_training_row_took_do_not_break_the_sum()
    {
        var tree = new DecisionTree(
        [
            new(BranchMode.AtMost, 0, 0, 1, 2, false, 10, null),
            new(BranchMode.AtMost, 1, 0, 3, 4, false, 0, null),
            Leaf(10, 5),
            Leaf(0, 7),
            new(BranchMode.AtMost, 0, -1, 5, 6, false, 0, null),
            Leaf(0, 8),
            Leaf(0, 9),
        ]);

        var found = new TreeShap([tree], [0, 1], 2, [0]).Explain([-2, 1, 3, 3], 2);

        Assert.Equal([8, 5], found.Outputs.Select(value => Math.Round(value, 12)));
    }

    private static DecisionNode Leaf(double cover, double value) => new(BranchMode.Leaf, 0, 0, 0, 0, false, cover, [value]);

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static double[] Leaf(DecisionTree tree, ReadOnlySpan<float> row)
    {
        var node = tree.Nodes[0];
        while (node.Mode is not BranchMode.Leaf)
        {
            node = tree.Nodes[node.IsTrueFor(row[node.Column]) ? node.IfTrue : node.IfFalse];
        }

        return node.Values!;
    }

    /// <summary>Algorithm 1 of the paper: what a tree gives on average when only some features are known.</summary>
    private static double Expectation(DecisionTree tree, int index, float[] row, int[] players, uint known, int output)
    {
        var node = tree.Nodes[index];
        if (node.Mode is BranchMode.Leaf)
        {
            return node.Values![output];
        }

        if ((known >> players[node.Column] & 1) is 1)
        {
            return Expectation(tree, node.IsTrueFor(row[node.Column]) ? node.IfTrue : node.IfFalse, row, players, known, output);
        }

        var yes = tree.ShareTrue(node);
        return (yes * Expectation(tree, node.IfTrue, row, players, known, output))
            + ((1 - yes) * Expectation(tree, node.IfFalse, row, players, known, output));
    }

    internal static double[] ByDefinition(int players, Func<uint, double> value)
    {
        var shares = new double[players];
        for (uint known = 0; known < 1u << players; known++)
        {
            var size = BitOperations.PopCount(known);
            for (var player = 0; player < players; player++)
            {
                if ((known >> player & 1) is 0)
                {
                    var weight = Factorial(size) * Factorial(players - size - 1) / Factorial(players);
                    shares[player] += weight * (value(known | 1u << player) - value(known));
                }
            }
        }

        return shares;
    }

    private static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);

    private static DecisionTree RandomTree(DeterministicRandom random, int columns)
    {
        var nodes = new List<DecisionNode>();
        Grow(1 + random.NextInt(40), 0);
        return new DecisionTree([.. nodes]);

        int Grow(double cover, int depth)
        {
            var index = nodes.Count;
            nodes.Add(new DecisionNode(BranchMode.Leaf, 0, 0, 0, 0, false, cover, [random.NextGaussian(), random.NextGaussian()]));
            if (depth < 5 && random.NextInt(4) > 0)
            {
                var mode = (BranchMode)(1 + random.NextInt(4));
                var left = cover * random.NextDouble();
                var (column, threshold, missing) = (random.NextInt(columns), (float)random.NextGaussian(), random.NextInt(2) is 0);
                var yes = Grow(left, depth + 1);
                var no = Grow(cover - left, depth + 1);
                nodes[index] = new DecisionNode(mode, column, threshold, yes, no, missing, cover, null);
            }

            return index;
        }
    }
}
