using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.OnnxRuntime;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

public class TreeModelTests
{
    private static readonly OnnxModelLoader Loader = new(OnnxLimits.Default);

    private static readonly float[] Weights = [0.5f, -1.25f, 3];

    [Fact]
    public void Any_trees_give_the_bits_that_the_runtime_gives_whatever_the_number_of_rows() => Prop.ForAll<int>(seed =>
    {
        var drawn = new RandomTrees(seed);
        using var scorer = Loader.Load(drawn.Model, drawn.Signature);
        using var session = OnnxModelLoader.Open(drawn.Model);

        Assert.IsType<CompiledScorer>(scorer);
        foreach (var count in new[] { 1, 2, 3, 1 + (Math.Abs(seed % 70)), 300 })
        {
            var rows = drawn.Rows(count);
            Assert.Equal(Bits(Run(session, rows, count)), Bits(OwnModel.Score(scorer, count, rows)));
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(7)]
    [InlineData(300)]
    public void Trees_of_more_leaves_than_masks_have_words_give_the_same_bits(int rows)
    {
        var model = Regressor(Modes(depth: 8, "BRANCH_LEQ"));
        using var scorer = Load(model);
        using var session = OnnxModelLoader.Open(model);
        var numbers = Enumerable.Range(0, 2 * rows).Select(at => MathF.Sin(at)).ToArray();

        Assert.IsType<CompiledScorer>(scorer);
        Assert.Equal(Bits(Run(session, numbers, rows)), Bits(OwnModel.Score(scorer, rows, numbers)));
    }

    [Theory]
    [InlineData("BRANCH_LEQ")]
    [InlineData("BRANCH_LT")]
    [InlineData("BRANCH_GTE")]
    [InlineData("BRANCH_GT")]
    public void Comparisons_of_every_kind_are_compiled_to_the_same_bits(string mode)
    {
        var model = Regressor(Modes(depth: 3, mode));
        using var scorer = Load(model);
        using var session = OnnxModelLoader.Open(model);
        var numbers = Enumerable.Range(0, 2 * 41).Select(at => at % 5 is 0 ? float.NaN : (at % 9 / 4f) - 1).ToArray();

        Assert.IsType<CompiledScorer>(scorer);
        Assert.Equal(Bits(Run(session, numbers, 41)), Bits(OwnModel.Score(scorer, 41, numbers)));
    }

    [Theory]
    [InlineData("forest")]
    [InlineData("forest_zipmap")]
    public void A_forest_made_elsewhere_is_scored_without_the_runtime(string name)
    {
        using var scorer = Loader.Load(Foreign.Bytes($"{name}.onnx"), Foreign.Signature(TaskType.Binary, 30, "0", "1"));

        Assert.IsType<CompiledScorer>(scorer);
    }

    [Fact]
    public void Outputs_follow_the_signatures_classes_whatever_the_models_order()
    {
        using var same = Loader.Load(Foreign.Bytes("forest.onnx"), Foreign.Signature(TaskType.Binary, 30, "0", "1"));
        using var swapped = Loader.Load(Foreign.Bytes("forest.onnx"), Foreign.Signature(TaskType.Binary, 30, "1", "0"));
        var rows = Enumerable.Range(0, 30 * 100).Select(at => 50 * MathF.Abs(MathF.Sin(at))).ToArray();

        var expected = OwnModel.Score(same, 100, rows).Chunk(2).SelectMany(pair => pair.Reverse());

        Assert.IsType<CompiledScorer>(swapped);
        Assert.Equal(expected, OwnModel.Score(swapped, 100, rows));
    }

    [Theory]
    [InlineData("BRANCH_EQ", "SUM", "NONE")]
    [InlineData("BRANCH_NEQ", "SUM", "NONE")]
    [InlineData("BRANCH_LEQ", "MIN", "NONE")]
    [InlineData("BRANCH_LEQ", "AVERAGE", "NONE")]
    [InlineData("BRANCH_LEQ", "SUM", "PROBIT")]
    public void What_is_not_compiled_is_left_to_the_runtime(string mode, string aggregate, string transform)
    {
        using var scorer = Load(Regressor(
            [.. Modes(depth: 2, mode), NodeSetting.Of("aggregate_function", aggregate), NodeSetting.Of("post_transform", transform)]));

        Assert.IsType<OnnxScorer>(scorer);
    }

    [Fact]
    public void Nodes_that_two_ways_lead_to_are_left_to_the_runtime()
    {
        var trees = new TreeEnsemble();
        trees.Add(
        [
            TreeNode.Split(0, 1, ifTrue: 3, ifFalse: 1, missingIsTrue: false),
            TreeNode.Split(0, 2, ifTrue: 2, ifFalse: 3, missingIsTrue: false),
            TreeNode.Leaf(1),
            TreeNode.Leaf(2),
        ]);
        using var scorer = Load(Regressor([.. trees.Attributes("target", [])]));

        Assert.IsType<OnnxScorer>(scorer);
        Assert.Equal([2, 1, 2], OwnModel.Score(scorer, 3, [1, 0, 2, 0, 3, 0]));
    }

    [Fact]
    public void So_many_trees_that_their_trial_would_take_long_are_left_to_the_runtime()
    {
        var trees = new TreeEnsemble();
        for (var tree = 0; tree < 70_000; tree++)
        {
            trees.Add([TreeNode.Split(0, tree, 1, 2, missingIsTrue: true), TreeNode.Leaf(0), TreeNode.Leaf(1)]);
        }

        using var scorer = Load(Regressor([.. trees.Attributes("target", [])]));

        Assert.IsType<OnnxScorer>(scorer);
        Assert.Equal([7], OwnModel.Score(scorer, 1, [6.5f, 0]));
    }

    [Fact]
    public void Trees_behind_another_operator_are_left_to_the_runtime()
    {
        var graph = new GraphWriter("filled");
        var input = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var sum = graph.TreeEnsembleRegressor(graph.Imputer(input, [1, 2]), Stump(1), 1);
        graph.Output(sum, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        using var scorer = Load(graph.ToBytes());

        Assert.IsType<OnnxScorer>(scorer);
    }

    [Fact]
    public void A_graph_that_looks_compiled_but_answers_otherwise_is_left_to_the_runtime()
    {
        var graph = new GraphWriter("two minus");
        var input = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var sum = graph.TreeEnsembleRegressor(input, Stump(1), 1);
        var both = graph.Concat(1, graph.Sub(graph.Constant([2f], 1), sum), sum);
        graph.Output(both, ModelSignature.ProbabilitiesOutput, ElementType.Float, Dimension.Rows, 2);
        using var scorer = Loader.Load(graph.ToBytes(), Foreign.Signature(TaskType.Binary, 2, "no", "yes"));

        Assert.IsType<OnnxScorer>(scorer);
        Assert.Equal([1, 1], OwnModel.Score(scorer, 1, [0, 0]));
    }

    [Fact]
    public void Trees_whose_threshold_is_one_float_off_do_not_pass_the_trial()
    {
        var (right, wrong) = (StumpModel(0.5f), StumpModel(MathF.BitIncrement(0.5f)));
        using var reference = Load(right);
        var binding = GraphBinding.Resolve(OnnxGraphInfo.Read(right), OwnModel.LineSignature);

        Assert.True(IsAgreed(right));
        Assert.False(IsAgreed(wrong));

        bool IsAgreed(byte[] model) => TreeModel.Read(model, binding) is { } compiled
            && CompiledTrial.Agree(compiled, new CompiledScorer(OwnModel.LineSignature, binding, compiled), reference);
    }

    [Fact]
    public async Task Concurrent_calls_do_not_see_one_another()
    {
        var drawn = new RandomTrees(42);
        using var scorer = Loader.Load(drawn.Model, drawn.Signature);
        var batches = Enumerable.Range(1, 70).Select(count => (Count: count, Rows: drawn.Rows(count))).ToArray();
        var expected = Array.ConvertAll(batches, batch => Bits(OwnModel.Score(scorer, batch.Count, batch.Rows)));

        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), (call, _) =>
        {
            var (count, rows) = batches[call % 70];
            Assert.Equal(expected[call % 70], Bits(OwnModel.Score(scorer, count, rows)));
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void Scoring_allocates_nothing_once_warm()
    {
        var drawn = new RandomTrees(42);
        using var scorer = Loader.Load(drawn.Model, drawn.Signature);
        var batches = Array.ConvertAll([1, 5, 32, 100], count => new FeatureBatch(count, drawn.Rows(count), default));
        var output = new float[100 * drawn.Signature.OutputWidth];
        Score(50);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Score(500);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Score(int times)
        {
            for (var i = 0; i < times; i++)
            {
                foreach (var batch in batches)
                {
                    scorer.Score(batch, output.AsSpan(0, batch.Rows * drawn.Signature.OutputWidth));
                }
            }
        }
    }

    [Fact]
    public void A_batch_that_does_not_fit_is_refused()
    {
        using var scorer = Load(StumpModel(0));

        Assert.Throws<ArgumentException>(() => scorer.Score(new FeatureBatch(2, new float[3], default), new float[2]));
        Assert.Throws<ArgumentException>(() => scorer.Score(new FeatureBatch(2, new float[4], default), new float[1]));
    }

    [Fact]
    public void No_rows_get_no_scores()
    {
        using var scorer = Load(StumpModel(0));

        Assert.Empty(OwnModel.Score(scorer, 0, []));
    }

    [Fact]
    public void A_disposed_scorer_refuses_to_score()
    {
        var scorer = Load(StumpModel(0));
        scorer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => OwnModel.Score(scorer, 1, [1, 2]));
    }

    private static IModelScorer Load(byte[] model) => Loader.Load(model, OwnModel.LineSignature);

    /// <summary>x ≤ threshold: 1, else 2.</summary>
    private static TreeEnsemble Stump(float threshold)
    {
        var trees = new TreeEnsemble();
        trees.Add([TreeNode.Split(0, threshold, 1, 2, missingIsTrue: false), TreeNode.Leaf(1), TreeNode.Leaf(2)]);
        return trees;
    }

    private static byte[] StumpModel(float threshold) => Regressor([.. Stump(threshold).Attributes("target", [])]);

    private static byte[] Regressor(NodeSetting[] attributes)
    {
        var graph = new GraphWriter("trees");
        var input = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        NodeSetting[] all = [.. attributes, NodeSetting.Of("n_targets", 1)];
        var sum = graph.Node(GraphWriter.LearningDomain, "TreeEnsembleRegressor", 1, [input], all)[0];
        graph.Output(sum, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        return graph.ToBytes();
    }

    /// <summary>A complete tree that asks in one mode; every third node sends missing values to where true.</summary>
    private static NodeSetting[] Modes(int depth, string mode)
    {
        var (splits, count) = ((1 << depth) - 1, (2 << depth) - 1);
        var leaves = Enumerable.Range(splits, count - splits).Select(node => (long)node).ToArray();
        long[] Of(Func<int, long> value) => [.. Enumerable.Range(0, count).Select(value)];
        return
        [
            NodeSetting.Of("nodes_treeids", Of(_ => 0)),
            NodeSetting.Of("nodes_nodeids", Of(node => node)),
            NodeSetting.Of("nodes_modes", [.. Enumerable.Range(0, count).Select(node => node < splits ? mode : "LEAF")]),
            NodeSetting.Of("nodes_featureids", Of(node => node % 2)),
            NodeSetting.Of("nodes_values", [.. Enumerable.Range(0, count).Select(node => (node % 9 / 4f) - 1)]),
            NodeSetting.Of("nodes_truenodeids", Of(node => node < splits ? (2 * node) + 1 : 0)),
            NodeSetting.Of("nodes_falsenodeids", Of(node => node < splits ? (2 * node) + 2 : 0)),
            NodeSetting.Of("nodes_missing_value_tracks_true", Of(node => node % 3 is 0 ? 1 : 0)),
            NodeSetting.Of("target_treeids", Array.ConvertAll(leaves, _ => 0L)),
            NodeSetting.Of("target_nodeids", leaves),
            NodeSetting.Of("target_ids", Array.ConvertAll(leaves, _ => 0L)),
            NodeSetting.Of("target_weights", Array.ConvertAll(leaves, leaf => Weights[leaf % 3] + leaf)),
        ];
    }

    /// <summary>What a session of our own making gives: one thread, so that sums have one order.</summary>
    private static float[] Run(InferenceSession session, float[] rows, int count)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(rows, [count, rows.Length / count]);
        var output = session.OutputNames[0];
        using var outputs = session.Run(
            options, new Dictionary<string, OrtValue> { [session.InputNames[0]] = input }, [output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
