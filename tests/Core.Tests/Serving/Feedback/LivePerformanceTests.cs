using Mlops.Registry;

namespace Mlops.Serving;

public sealed class LivePerformanceTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LogOnDisk _disk = new();

    public ValueTask DisposeAsync() => _disk.DisposeAsync();

    /// <summary>Expected values from scikit-learn 1.2.1: accuracy_score at 0.5, log_loss, brier_score_loss and roc_auc_score.</summary>
    [Fact]
    public async Task A_classifier_is_measured_as_scikit_learn_measures()
    {
        float[] probabilities = [0.91f, 0.12f, 0.55f, 0.55f, 0.03f, 0.78f, 0.49f, 0.66f];
        string[] labels = ["yes", "no", "no", "yes", "no", "yes", "yes", "no"];
        for (var i = 0; i < labels.Length; i++)
        {
            await PredictAsync(_disk.Prediction(yes: probabilities[i]), labels[i]);
        }

        await PredictAsync(_disk.Prediction(), null);
        await PredictAsync(_disk.Prediction(), "maybe");

        var arm = Assert.Single((await MeasureAsync()).Arms);
        Assert.Equal(("champion", "churn", 3), (arm.Arm, arm.Model, arm.Version));
        Assert.Equal((10, 9, 0.9, 1), (arm.Predictions, arm.Labelled, arm.LabelledShare, arm.Unusable));
        Assert.Equal(["accuracy", "brier", "logLoss", "rocAuc"], arm.Metrics.Keys);
        Assert.Equal(0.625, arm.Metrics["accuracy"], 1e-12);
        Assert.Equal(0.1590625, arm.Metrics["brier"], 1e-7);
        Assert.Equal(0.46119610799839017, arm.Metrics["logLoss"], 1e-6);
        Assert.Equal(0.78125, arm.Metrics["rocAuc"], 1e-12);
    }

    /// <summary>Expected values from scikit-learn 1.2.1: mean_squared_error, its root, and mean_absolute_error.</summary>
    [Fact]
    public async Task A_regressor_is_measured_as_scikit_learn_measures()
    {
        var version = LogOnDisk.VersionOf(new ModelSignature(
            LogOnDisk.Version.Signature.Features, "price", TaskType.Regression, []));
        foreach (var (value, truth) in new[] { (1.5f, "1"), (2.25f, "2.5"), (-3f, "-1") })
        {
            await PredictAsync(_disk.Prediction() with { Version = version, Scores = new[] { value } }, truth);
        }

        var arm = Assert.Single((await MeasureAsync()).Arms);
        Assert.Equal(["mae", "rmse"], arm.Metrics.Keys);
        Assert.Equal(1.1989578808281798, arm.Metrics["rmse"], 1e-12);
        Assert.Equal(0.9166666666666666, arm.Metrics["mae"], 1e-12);
    }

    [Fact]
    public async Task Arms_and_versions_are_told_apart_and_rewards_averaged()
    {
        await PredictAsync(_disk.Prediction(arm: "a"), null, reward: 1);
        await PredictAsync(_disk.Prediction(arm: "a"), null, reward: 4);
        await PredictAsync(_disk.Prediction(arm: "b"), null);
        await PredictAsync(_disk.Prediction(arm: "b") with { Version = LogOnDisk.VersionOf(LogOnDisk.Version.Signature, 4) }, "yes");

        var arms = (await MeasureAsync()).Arms;
        Assert.Equal([("a", 3), ("b", 3), ("b", 4)], arms.Select(arm => (arm.Arm, arm.Version)));
        Assert.Equal((2, 2.5), (arms[0].Rewarded, arms[0].MeanReward));
        Assert.Null(arms[1].MeanReward);
        Assert.Empty(arms[1].Metrics);
        Assert.Equal(["accuracy", "brier", "logLoss"], arms[2].Metrics.Keys);
    }

    [Fact]
    public async Task What_the_log_lacks_is_told()
    {
        _disk.Blobs.Appending = (_, _, _, _) => throw new IOException("away");
        _disk.Start();
        await Assert.ThrowsAsync<PredictionNotLoggedException>(
            async () => await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit));
        _disk.Blobs.Appending = null;

        Assert.Equal((1, 1), ((await MeasureAsync()).MissingRecords, (await MeasureAsync()).Gaps));
    }

    [Fact]
    public void A_sample_of_many_scores_has_about_the_area_of_all()
    {
        // P(u + 0.5 > v) of uniform u and v is 1 − 0.5²/2.
        var (sample, random) = (new ScoreSample(), new DeterministicRandom(1));
        for (var i = 0; i < 3 * ScoreSample.Most; i++)
        {
            sample.Add((float)(random.NextDouble() + (i % 2 is 0 ? 0.5 : 0)), i % 2 is 0);
        }

        Assert.Equal(0.875, sample.RocAuc() ?? 0, 0.005);
    }

    private async Task PredictAsync(AnsweredPrediction prediction, string? label, double? reward = null)
    {
        await _disk.AppendAsync(prediction);
        if (label is not null || reward is not null)
        {
            await _disk.Feedback.RecordAsync(
                TenantId.Default, LogOnDisk.Live, [new Feedback(prediction.Id, 0, Day, label, reward)], default);
        }
    }

    private async Task<PerformanceReport> MeasureAsync()
    {
        await _disk.StopAsync();
        return await new LivePerformance(new PredictionsWithFeedback(_disk.Reader, _disk.Feedback))
            .MeasureAsync(TenantId.Default, LogOnDisk.Live, new LogRange(Day, Day.AddDays(1)), default);
    }
}
