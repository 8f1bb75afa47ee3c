using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Training;

public class LatencyMeasurementTests
{
    [Fact]
    public void Percentiles_are_of_the_calls_after_the_warm_up()
    {
        var clock = new FakeTimeProvider();
        // Warm-up calls take a second, the 200 measured ones 100 ms, but for 5 that take 1 s.
        var scorer = new SlowScorer(clock, call => call < 20 ? 1_000 : call >= 215 ? 1_000 : 100);

        var figures = LatencyMeasurement.Run(scorer, Frame(10), rows: 1, clock, default);

        Assert.Equal(new LatencyFigures(Rows: 1, Calls: 200, P50: 100, P99: 1_000), figures);
    }

    [Fact]
    public void Quick_models_are_called_more_often()
    {
        var clock = new FakeTimeProvider();

        Assert.Equal(2_000, LatencyMeasurement.Run(new SlowScorer(clock, _ => 0.1), Frame(10), rows: 1, clock, default).Calls);
    }

    [Fact]
    public void Calls_with_more_rows_than_there_are_repeat_them()
    {
        var clock = new FakeTimeProvider();
        var scorer = new SlowScorer(clock, _ => 100);

        LatencyMeasurement.Run(scorer, Frame(3), rows: 8, clock, default);

        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 1], scorer.LastBatch);
    }

    private static DataFrame Frame(int rows) => new([GateCase.Numbers("x", [.. Enumerable.Range(0, rows).Select(row => (double)row)])]);

    private sealed class SlowScorer(FakeTimeProvider clock, Func<int, double> milliseconds) : IModelScorer
    {
        private int _calls;

        public ModelSignature Signature { get; } =
            new([new ColumnSchema("x", ColumnType.Number, Nullable: true)], "y", TaskType.Regression, []);

        public float[] LastBatch { get; private set; } = [];

        public void Score(in FeatureBatch batch, Span<float> output)
        {
            LastBatch = batch.Numbers.ToArray();
            clock.Advance(TimeSpan.FromMilliseconds(milliseconds(_calls++)));
        }

        public void Dispose()
        {
        }
    }
}
