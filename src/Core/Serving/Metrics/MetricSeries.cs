using System.Globalization;

namespace Mlops.Serving;

/// <summary>The tags of one series, made once.</summary>
internal abstract class MetricSeries(params KeyValuePair<string, object?>[] tags)
{
    /// <summary>What each tag says of the series that stands for all beyond the limit; no version number reads so.</summary>
    public const string Other = "other";

    public KeyValuePair<string, object?>[] Tags { get; } = tags;

    protected static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What tells answers apart.</summary>
internal readonly record struct AnswerKey(string Tenant, string Endpoint, string Model, int Version, string Arm, string Dialect);

/// <summary>What tells refusals apart.</summary>
internal readonly record struct RefusalKey(string Tenant, string Endpoint, string Dialect, int Status);

/// <summary>Requests that ended alike: answered by the same version, or refused with the same status.</summary>
internal sealed class RequestSeries : MetricSeries
{
    private long _requests;
    private long _rows;

    public RequestSeries(AnswerKey key)
        : this(key.Tenant, key.Endpoint, key.Model, Text(key.Version), key.Arm, key.Dialect, "200")
    {
    }

    /// <summary>Which version would have answered is not known of a refusal.</summary>
    public RequestSeries(RefusalKey key)
        : this(key.Tenant, key.Endpoint, "", "", "", key.Dialect, Text(key.Status))
    {
    }

    private RequestSeries(string tenant, string endpoint, string model, string version, string arm, string dialect, string status)
        : base(
            Tag("tenant", tenant), Tag("endpoint", endpoint), Tag("model", model), Tag("version", version), Tag("route", arm),
            Tag("dialect", dialect), Tag("status", status))
    {
    }

    public long Requests => Volatile.Read(ref _requests);

    public long Rows => Volatile.Read(ref _rows);

    /// <param name="status">All that is known of those beyond the limit.</param>
    public static RequestSeries Others(string status) => new(Other, Other, Other, Other, Other, Other, status);

    public void Count(int rows)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _rows, rows);
    }
}

/// <summary>Requests of an endpoint that are being answered.</summary>
internal sealed class UnderWaySeries(string tenant, string endpoint)
    : MetricSeries(Tag("tenant", tenant), Tag("endpoint", endpoint))
{
    private long _requests;

    public long Requests => Volatile.Read(ref _requests);

    public void Enter() => Interlocked.Increment(ref _requests);

    public void Leave() => Interlocked.Decrement(ref _requests);
}

/// <summary>A model version.</summary>
internal sealed class VersionSeries : MetricSeries
{
    public static readonly VersionSeries Others = new(Other, Other);

    public VersionSeries(string model, int version)
        : this(model, Text(version))
    {
    }

    private VersionSeries(string model, string version)
        : base(Tag("model", model), Tag("version", version))
    {
    }
}

/// <summary>How an arm's shadow compares with the answers that callers got.</summary>
internal sealed class ShadowSeries(string tenant, string endpoint, string arm)
    : MetricSeries(Tag("tenant", tenant), Tag("endpoint", endpoint), Tag("route", arm))
{
    private long _agreeing;
    private long _differing;
    private long _dropped;

    public KeyValuePair<string, object?>[] AgreeingTags => [.. Tags, Tag("agrees", "true")];

    public KeyValuePair<string, object?>[] DifferingTags => [.. Tags, Tag("agrees", "false")];

    public long Agreeing => Volatile.Read(ref _agreeing);

    public long Differing => Volatile.Read(ref _differing);

    public long Dropped => Volatile.Read(ref _dropped);

    public void Compare(bool agrees) => Interlocked.Increment(ref agrees ? ref _agreeing : ref _differing);

    public void Drop() => Interlocked.Increment(ref _dropped);
}
