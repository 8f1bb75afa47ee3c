using System.Diagnostics;

namespace Mlops.Serving;

public sealed class ServingTraceTests
{
    private static readonly EndpointName Live = EndpointName.Parse("live");

    [Fact]
    public void Without_a_listener_there_are_no_spans()
    {
        Assert.Null(ServingTrace.StartPredict(TenantId.Default, Live, "v2"));
        Assert.Null(ServingTrace.StartScore(ServingMetricsTests.Version(), "canary", 1));
    }

    [Fact]
    public void Scoring_is_a_part_of_predicting()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ServingTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);

        using var predict = Assert.IsType<Activity>(ServingTrace.StartPredict(TenantId.Default, Live, "v2"));
        using var score = Assert.IsType<Activity>(ServingTrace.StartScore(ServingMetricsTests.Version(), "canary", 2));
        predict.Routed(ServingMetricsTests.Version(), "canary", 2);
        score.Batched(requests: 5, rows: 9);
        predict.Refused(503);

        Assert.Equal(("predict", "score"), (predict.OperationName, score.OperationName));
        Assert.Equal(predict.SpanId, score.ParentSpanId);
        Assert.Equal(
            ["mlops.batch.requests=5", "mlops.batch.rows=9", "mlops.model=churn", "mlops.route=canary", "mlops.rows=2", "mlops.version=3"],
            score.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(("live", "churn"), (predict.GetTagItem("mlops.endpoint"), predict.GetTagItem("mlops.model")));
        Assert.Equal(ActivityStatusCode.Error, predict.Status);
    }
}
