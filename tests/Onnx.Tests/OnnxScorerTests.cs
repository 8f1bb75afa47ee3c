using Mlops.Serving;

namespace Mlops.Onnx;

public class OnnxScorerTests
{
    private static readonly OnnxModelLoader Loader = new(OnnxLimits.Default);

    private static IModelScorer Line() => Loader.Load(OwnModel.Line(), OwnModel.LineSignature);

    private static IModelScorer Mixed() => Loader.Load(OwnModel.Mixed(), OwnModel.MixedSignature);

    [Fact]
    public void A_row_gets_the_models_prediction()
    {
        using var scorer = Line();

        Assert.Equal([2 * 5 + 3 * 7 + 1], OwnModel.Score(scorer, 1, [5, 7]));
    }

    [Fact]
    public void A_missing_value_gets_what_the_graph_has_for_it()
    {
        using var scorer = Line();

        Assert.Equal([2 * 10 + 3 * 7 + 1, 2 * 5 + 3 * 20 + 1], OwnModel.Score(scorer, 2, [float.NaN, 7, 5, float.NaN]));
    }

    [Fact]
    public void Strings_and_numbers_meet_in_one_prediction()
    {
        using var scorer = Mixed();

        var output = OwnModel.Score(scorer, 3, [1, -3, float.NaN, -4, 0.5f, 0], "red", "", "", "rund ö", "unknown", "none");

        float[] scores = [0, 0, 0.5f];
        for (var row = 0; row < 3; row++)
        {
            Assert.Equal(1 / (1 + MathF.Exp(-scores[row])), output[2 * row + 1], 1e-6f);
            Assert.Equal(1, output[2 * row] + output[2 * row + 1], 1e-6f);
        }
    }

    [Fact]
    public void What_one_call_brought_does_not_stay_for_the_next()
    {
        using var scorer = Mixed();
        var first = OwnModel.Score(scorer, 1, [0, 0], "red", "round");

        var second = OwnModel.Score(scorer, 1, [0, 0], "", "");

        Assert.True(first[1] > 0.99f);
        Assert.Equal(0.5f, second[1], 1e-6f);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(4096)]
    [InlineData(10_001)]
    public void Every_row_of_a_batch_of_any_size_gets_its_own_prediction(int rows)
    {
        using var scorer = Line();
        var numbers = Enumerable.Range(0, 2 * rows).Select(value => (float)value).ToArray();

        var output = OwnModel.Score(scorer, rows, numbers);

        Assert.Equal(Enumerable.Range(0, rows).Select(row => 2f * (2 * row) + 3f * (2 * row + 1) + 1), output);
    }

    [Fact]
    public void Batch_sizes_may_change_from_call_to_call()
    {
        using var scorer = Line();
        foreach (var rows in new[] { 3, 1, 100, 2, 5000, 1, 99, 100, 64, 3 })
        {
            var numbers = Enumerable.Range(rows, 2 * rows).Select(value => (float)value).ToArray();

            var output = OwnModel.Score(scorer, rows, numbers);

            Assert.Equal(2 * numbers[^2] + 3 * numbers[^1] + 1, output[^1]);
        }
    }

    [Theory]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 2, 1, 1)]
    [InlineData(2, 4, 0, 1)]
    [InlineData(2, 2, 0, 2)]
    [InlineData(-1, 0, 0, 0)]
    [InlineData(int.MaxValue, 2, 0, 1)]
    public void A_batch_that_does_not_fit_is_refused(int rows, int numbers, int strings, int outputs)
    {
        using var scorer = Line();
        var batch = new FeatureBatch(rows, new float[numbers], new string[strings]);

        Assert.Throws<ArgumentException>(() => scorer.Score(batch, new float[outputs]));
    }

    [Fact]
    public async Task Concurrent_calls_do_not_see_one_another()
    {
        using var scorer = Mixed();
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), (call, _) =>
        {
            var rows = 1 + (call % 7);
            var numbers = Enumerable.Range(0, 2 * rows).Select(at => at % 2 == 0 ? (call % 11) - 5f + at : float.NaN).ToArray();
            var strings = Enumerable.Range(0, 2 * rows).Select(at => (call + at) % 3 == 0 ? "red" : "x").ToArray();

            var output = OwnModel.Score(scorer, rows, numbers, strings);

            for (var row = 0; row < rows; row++)
            {
                var score = numbers[2 * row] + (strings[2 * row] == "red" ? 2 : 0);
                Assert.Equal(1 / (1 + MathF.Exp(-score)), output[2 * row + 1], 1e-5f);
            }

            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void Scoring_numbers_allocates_nothing_once_warm()
    {
        using var scorer = Line();
        var (numbers, output) = (new float[2 * 32], new float[32]);
        var (row, batch) = (new FeatureBatch(1, numbers.AsMemory(0, 2), default), new FeatureBatch(32, numbers, default));
        Score(10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Score(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Score(int times)
        {
            for (var i = 0; i < times; i++)
            {
                scorer.Score(row, output.AsSpan(0, 1));
                scorer.Score(batch, output);
            }
        }
    }

    [Fact]
    public void A_disposed_scorer_refuses_to_score()
    {
        var scorer = Line();
        scorer.Dispose();
        scorer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => OwnModel.Score(scorer, 1, [1, 2]));
    }

    [Fact]
    public async Task Disposing_under_load_lets_running_calls_finish()
    {
        for (var round = 0; round < 20; round++)
        {
            var scorer = Line();
            using var started = new CountdownEvent(2);
            var callers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                started.Signal();
                try
                {
                    while (true)
                    {
                        Assert.Equal(22, OwnModel.Score(scorer, 1, [3, 5])[0]);
                    }
                }
                catch (ObjectDisposedException)
                {
                    return true;
                }
            })).ToArray();
            started.Wait();
            scorer.Dispose();

            Assert.All(await Task.WhenAll(callers), Assert.True);
        }
    }
}
