using System.Globalization;

namespace Mlops.Serving;

/// <summary>Where the records of one hour of one endpoint are.</summary>
/// <param name="Hour">Whole hours since 0001-01-01, UTC.</param>
internal readonly record struct LaneKey(TenantId Tenant, EndpointName Endpoint, long Hour)
{
    public static LaneKey Of(in AnsweredPrediction prediction) =>
        new(prediction.Tenant, prediction.Endpoint, HourOf(prediction.At));

    public static long HourOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerHour;

    public static DateTimeOffset StartOf(long hour) => new(hour * TimeSpan.TicksPerHour, TimeSpan.Zero);
}

/// <summary>The layout of the prediction log.</summary>
/// <remarks>
/// <c>{tenant}/predictions/{endpoint}/{yyyy-MM-dd}/{HH}/{stream}-{segment}.jsonl.gz</c>, by the hour in which requests were read, UTC. A
/// stream is what one process writes of one endpoint and hour: the process's name and a count of its streams. Segments follow each
/// other where a blob has had as many appends as it can have.
/// </remarks>
internal static class LogPath
{
    private const string Extension = ".jsonl.gz";

    public static string OfTenant(TenantId tenant) => $"{tenant}/predictions/";

    public static string OfEndpoint(TenantId tenant, EndpointName endpoint) => $"{OfTenant(tenant)}{endpoint}/";

    public static string OfDay(TenantId tenant, EndpointName endpoint, DateTimeOffset day) =>
        string.Create(CultureInfo.InvariantCulture, $"{OfEndpoint(tenant, endpoint)}{day.UtcDateTime:yyyy-MM-dd}/");

    public static string OfSegment(LaneKey lane, string stream, int segment)
    {
        var hour = LaneKey.StartOf(lane.Hour);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{OfDay(lane.Tenant, lane.Endpoint, hour)}{hour.Hour:D2}/{stream}-{segment:D4}{Extension}");
    }

    public static string Stream(LogInstance instance, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{instance.Name}-{count:D6}");

    /// <summary>Reads where a blob belongs.</summary>
    /// <returns>Null if the path is not one of the log's.</returns>
    public static (EndpointName Endpoint, long Hour, string Stream)? Read(string path)
    {
        if (path.Split('/') is not [_, "predictions", var endpointText, var day, var hour, var file]
            || !EndpointName.TryParse(endpointText, null, out var endpoint)
            || !file.EndsWith(Extension, StringComparison.Ordinal)
            || file.LastIndexOf('-') is not (> 0 and var dash)
            || !DateTimeOffset.TryParseExact(
                $"{day} {hour}", "yyyy-MM-dd HH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start))
        {
            return null;
        }

        return (endpoint, LaneKey.HourOf(start), file[..dash]);
    }
}
