using System.Globalization;
using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>How far a run's metric log was written when its row was, which is where the next append is tried.</summary>
/// <param name="Segment">Which of the run's log blobs; a new one begins before Azure's limit of 50,000 appends to one.</param>
/// <param name="End">The length of that blob.</param>
/// <param name="Appends">How many appends it has had.</param>
internal sealed record LogEnd(int Segment, long End, int Appends)
{
    private const int MaxAppends = 20_000;

    public LogEnd After(long end) => Appends + 1 < MaxAppends ? this with { End = end, Appends = Appends + 1 } : new(Segment + 1, 0, 0);
}

/// <summary>The latest value of a metric.</summary>
internal sealed record LatestMetric(double Value, long Timestamp, long Step);

/// <summary>A run as its row holds it.</summary>
internal sealed record RunDocument(
    string Name,
    RunStatus Status,
    DateTimeOffset StartTime,
    LifecycleStage LifecycleStage,
    LogEnd Log,
    IReadOnlyDictionary<string, LatestMetric> Metrics,
    IReadOnlyDictionary<string, string> Params,
    IReadOnlyDictionary<string, string> Tags,
    DateTimeOffset? EndTime = null)
{
    public static RunDocument Of(RunStart start, IdSource ids)
    {
        var named = start.Name ?? start.Tags.LastOrDefault(tag => tag.Key is Tag.RunName)?.Value;
        var name = string.IsNullOrEmpty(named) ? RunNames.New(ids) : named;
        return new RunDocument(
            name,
            RunStatus.Running,
            InMilliseconds(start.StartTime),
            LifecycleStage.Active,
            new(0, 0, 0),
            new Dictionary<string, LatestMetric>(),
            new Dictionary<string, string>(),
            new Dictionary<string, string>()).WithTags([.. start.Tags, new(Tag.RunName, name)]);
    }

    public Run ToRun(RunId id, string etag) => new(
        id.Value,
        TrackingKeys.ExperimentId(id.Experiment),
        Name,
        Status,
        StartTime,
        EndTime,
        LifecycleStage,
        string.Create(CultureInfo.InvariantCulture, $"mlflow-artifacts:/{id.Experiment}/{id}/artifacts"),
        Metrics.ToDictionary(pair => pair.Key, pair => AsMetric(pair.Key, pair.Value)),
        Params,
        Tags,
        etag);

    public byte[] Write() => Documents.Write(this);

    /// <summary>What this run has against a batch that is in order by itself.</summary>
    public IReadOnlyList<Objection> Check(RunId id, RunBatch batch) => LifecycleStage is LifecycleStage.Deleted
        ? [Deleted(id)]
        : [.. from param in batch.Params.Index()
              where Params.TryGetValue(param.Item.Key, out var value) && value != param.Item.Value
              select new Objection(
                  $"params[{param.Index}].value",
                  $"Changing param values is not allowed. Param with key='{param.Item.Key}' was already logged with "
                  + $"value='{Params[param.Item.Key]}' for run ID='{id}'. Attempted logging new value '{param.Item.Value}'.")];

    public static Objection Deleted(RunId id) => new("runId", $"The run {id} must be in the 'active' state. Current state is deleted.");

    public RunDocument With(RunBatch batch)
    {
        var next = WithMetrics(batch.Metrics).WithTags(batch.Tags);
        if (batch.Params.All(param => Params.ContainsKey(param.Key)))
        {
            return next;
        }

        var values = new Dictionary<string, string>(Params);
        foreach (var (key, value) in batch.Params)
        {
            values[key] = value;
        }

        return next with { Params = values };
    }

    /// <summary>With those points that are later than what it has; neither their order nor repeating them makes a difference.</summary>
    public RunDocument WithMetrics(IReadOnlyList<Metric> metrics)
    {
        Dictionary<string, LatestMetric>? changed = null;
        foreach (var metric in metrics)
        {
            if (!(changed ?? Metrics).TryGetValue(metric.Key, out var latest) || metric.IsLaterThan(AsMetric(metric.Key, latest)))
            {
                changed ??= new(Metrics);
                changed[metric.Key] = new(metric.Value, metric.Timestamp, metric.Step);
            }
        }

        return changed is null ? this : this with { Metrics = changed };
    }

    public RunDocument With(RunChange change) => (this with
    {
        Status = change.Status ?? Status,
        EndTime = change.EndTime is { } end ? InMilliseconds(end) : EndTime,
        LifecycleStage = change.LifecycleStage ?? LifecycleStage,
    }).WithTags(change.Name is { } name ? [new(Tag.RunName, name)] : []);

    private RunDocument WithTags(IReadOnlyList<Tag> tags)
    {
        if (tags.All(tag => Tags.TryGetValue(tag.Key, out var value) && value == tag.Value))
        {
            return this;
        }

        var values = new Dictionary<string, string>(Tags);
        foreach (var (key, value) in tags)
        {
            values[key] = value;
        }

        var named = values.GetValueOrDefault(Tag.RunName);
        return this with { Tags = values, Name = string.IsNullOrEmpty(named) ? Name : named };
    }

    private static Metric AsMetric(string key, LatestMetric latest) => new(key, latest.Value, latest.Timestamp, latest.Step);

    private static DateTimeOffset InMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
